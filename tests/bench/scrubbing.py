"""Scrubbing and playing in the real window, beside PyAV's own decoding and pyqtgraph's ImageView in the same minute."""

import json
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

_ROOT = Path(__file__).parents[2]
_FRAMES, _WIDTH, _HEIGHT, _RATE = 900, 640, 480, 200
_HOUR = 720_000
_Figures = dict[str, Any]


def run() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        videos = {gop: write_video(Path(folder) / f"gop{gop}.mp4", gop) for gop in (12, 250)}
        pauses: dict[str, float] = {}
        beside = _probe("scrub_imageview", str(_FRAMES // 2))
        print(f"Slider move to painted frame, {_WIDTH}×{_HEIGHT} H.264, random moves, milliseconds")
        print(f"{'':34}{'p50':>8}{'p95':>8}{'n':>6}")
        for gop, path in videos.items():
            seen = _probe("scrub", str(path))
            _row(f"GOP {gop}, in memory", seen["cached"])
            shares = [np.percentile(seen["cached"], at) / np.percentile(beside["cached"], at) for at in (50, 95)]
            print("   / ImageView, p50 {:.2f} p95 {:.2f}".format(*shares))
            _row(f"GOP {gop}, not in memory", seen["uncached"])
            _row("   of that, reading it", seen["reading"])
            _row("   PyAV alone: seek, decode", seen["decoding"])
            _row("   PyAV alone: and to RGB", seen["to_rgb"])
            for what, name in (("reading", "reading"), ("uncached", "not in memory")):
                shares = [_ratio(seen, what, alone, at) for alone in ("decoding", "to_rgb") for at in (50, 95)]
                print(
                    f"   {name} / decoding, p50 {{:.2f}} p95 {{:.2f}}; / and to RGB, {{:.2f}} {{:.2f}}".format(*shares)
                )
            pauses |= {f"{what}, GOP {gop}": pause for what, pause in seen["pauses"].items()}
        _row("ImageView, in memory", beside["cached"])
        beside = _probe("play_imageview", str(_FRAMES // 2))
        print(f"\nPlaying at 1×, {_RATE} frames a second")
        print(f"{'':34}{'painted/s':>10}{'index rate':>12}{'painted / ImageView':>22}")
        print(f"{'ImageView, in memory':34}{beside['painted']:>10.1f}{beside['rate']:>11.3f}×{1:>21.2f}×")
        for gop, path in videos.items():
            for memory, name in ((2048, "in memory"), (64, "64 MB of memory")):
                for direction in (1, -1):
                    seen = _probe("play", str(path), str(memory), str(direction))
                    backwards = "" if direction > 0 else ", backwards"
                    name_ = f"GOP {gop}, {name}{backwards}"
                    share = seen["painted"] / beside["painted"]
                    print(f"{name_:34}{seen['painted']:>10.1f}{seen['rate']:>11.3f}×{share:>21.2f}×")
                    pauses[f"playing, {name_}"] = seen["pause"]
        long = repeat_video(videos[250].with_name("short.mp4"), Path(folder) / "hour.mp4")
        seen = _probe("hour", str(long))
        print(
            f"\nAn hour of {_RATE} frames a second ({_HOUR} frames, {long.stat().st_size >> 20} MB): first opening "
            f"{seen['first']:.1f} s, again {seen['again']:.1f} s, memory {seen['rss']:.0f} MB of which frames up to "
            f"{seen['limit']:.0f} MB, jump to painted p50 {seen['p50']:.0f} p95 {seen['p95']:.0f} ms"
        )
        pauses |= {f"{what}, an hour": pause for what, pause in seen["pauses"].items()}
    print("\nLongest pause of the window, milliseconds")
    for what, pause in pauses.items():
        print(f"{what:50}{pause:>8.0f}")


def write_video(path: Path, gop: int, frames: int = _FRAMES, size: tuple[int, int] = (_WIDTH, _HEIGHT)) -> Path:
    """A texture that drifts under sensor noise, 200 frames a second."""
    rng = np.random.default_rng(0)
    width, height = size
    texture = rng.integers(40, 215, (height // 8, width // 8 + 64, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    noise = rng.integers(0, 9, (4, height, width, 1), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "g": str(gop), "keyint_min": str(gop), "bf": "3", "sc_threshold": "0"}
        stream: Any = container.add_stream("libx264", rate=_RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(frames):
            picture = texture[:, index % 512 : index % 512 + width] + noise[index % 4]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def repeat_video(once: Path, path: Path) -> Path:
    """An hour of small frames: one short video's packets over and over."""
    write_video(once, 250, 7200, (64, 48))
    with av.open(str(once)) as source, av.open(str(path), "w") as target:
        packets = [packet for packet in source.demux(video=0) if packet.size]
        stream: Any = target.add_stream_from_template(source.streams.video[0])
        length = len(packets) * (packets[0].duration or 0)
        for repeat in range(_HOUR // len(packets)):
            for packet in packets:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = (packet.pts or 0) + repeat * length, (packet.dts or 0) + repeat * length
                copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, stream
                target.mux(copy)
    return path


def _probe(*what: str) -> _Figures:
    """The figures of one measurement in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tests.bench.scrub_probe", *what]
        environment = {**os.environ, "MER_STUDIO_HOME": home}
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: _Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _row(name: str, milliseconds: list[float]) -> None:
    p50, p95 = np.percentile(milliseconds, (50, 95))
    print(f"{name:34}{p50:>8.1f}{p95:>8.1f}{len(milliseconds):>6}", flush=True)


def _ratio(seen: _Figures, one: str, other: str, percent: int) -> float:
    return float(np.percentile(seen[one], percent) / np.percentile(seen[other], percent))
