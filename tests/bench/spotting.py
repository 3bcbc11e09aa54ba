"""Spotting: how far suggested marks lie from the truth, by amplitude, and what a motion curve costs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from mer_core.clips import open_clip
from mer_core.datasets.sample import make_sample
from mer_core.spotting.search import spot
from mer_core.spotting.suggestion import NEAR, Suggestion

_ROOT = Path(__file__).parents[2]
_SEED = 7001  # one that nothing was chosen by
_AMPLITUDES = (0.5, 0.7, 1.0, 1.5, 2.01)  # pixels
_FRAMES, _WIDTH, _HEIGHT = 200, 640, 480
_REPEATS = 3
_MARKS = ("onset", "apex", "offset")


def run() -> None:
    """Print the error table of 48 clips and the time of a curve."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "sample"
        make_sample(folder, subjects=8, clips_per_subject=6, seed=_SEED)
        _errors(folder)
        _time(folder, Path(home) / "clip.mp4")


def _errors(folder: Path) -> None:
    rows, errors, confidences = json.loads((folder / "truth.json").read_text(encoding="utf-8")), [], []
    for row in rows:
        with open_clip(folder / row["path"], row["fps"]) as clip:
            found = spot(clip).suggestions
        best = max(found, key=lambda each: each.confidence, default=None)
        errors.append([_error(best, row, mark) for mark in _MARKS])
        confidences.append(0.0 if best is None else best.confidence)
    error, confidence = np.abs(np.array(errors)), np.array(confidences)
    right = error <= np.array(NEAR)
    amplitude = np.array([row["amplitude"] for row in rows])
    print(f"Suggested marks of {len(rows)} sample clips (seed {_SEED}): parts within frames of the truth; median, p95")
    print(f"{'amplitude, px':>15}{'clips':>7}" + "".join(f"{f'{mark} ≤ {near}':>24}" for mark, near in _columns()))
    bands = [(f"{low:g}–{min(high, 2):g}", (amplitude >= low) & (amplitude < high)) for low, high in _pairs()]
    for name, chosen in [*bands, ("all", np.ones(len(rows), bool))]:
        cells = [_cell(right[chosen, mark], error[chosen, mark]) for mark in range(len(_MARKS))]
        print(f"{name:>15}{chosen.sum():>7}" + "".join(f"{cell:>24}" for cell in cells))
    print("\nConfidence, and how many apexes are right")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.96), (0.96, 1.01)):
        chosen = (confidence >= low) & (confidence < high)
        if chosen.any():
            print(f"{low:.2f}–{min(high, 1):.2f}: {chosen.sum():3} clips, {right[chosen, 1].mean():.0%} right")


def _error(best: Suggestion | None, row: dict[str, int], mark: str) -> float:
    found = None if best is None else getattr(best, mark)
    return float("inf") if found is None else found - row[mark]


def _columns() -> list[tuple[str, int]]:
    return list(zip(_MARKS, NEAR, strict=True))


def _pairs() -> list[tuple[float, float]]:
    return list(pairwise(_AMPLITUDES))


def _cell(right: np.ndarray, error: np.ndarray) -> str:
    if not len(right):
        return "–"
    return f"{right.mean():.0%}; {np.median(error):.0f}, {np.percentile(error, 95, method='higher'):.0f}"


def _time(folder: Path, path: Path) -> None:
    """A 640 × 480 H.264 video made of a sample clip, played on and on."""
    source = next(path for path in sorted((folder / "clips" / "sub01").iterdir()))
    with open_clip(source) as clip:
        pictures = [_enlarged(clip.read(index)) for index in range(len(clip))]
    _write(path, [pictures[index % len(pictures)] for index in range(_FRAMES)])
    walls, processors, reads = [], [], []
    for _ in range(_REPEATS + 1):
        with open_clip(path, 200.0) as clip:
            begun = time.perf_counter()
            for index in range(len(clip)):
                clip.read(index)
            reads.append(time.perf_counter() - begun)
        with open_clip(path, 200.0) as clip:
            begun, used = time.perf_counter(), time.process_time()
            spot(clip)
            walls.append(time.perf_counter() - begun)
            processors.append(time.process_time() - used)
    wall, processor, read = (float(np.median(each[1:])) for each in (walls, processors, reads))
    print(f"\nCurve and suggestions of {_FRAMES} frames {_WIDTH}×{_HEIGHT}, H.264, on {os.cpu_count()} cores:")
    print(f"{wall:.2f} s, {processor:.2f} s of processor time; decoding alone {read:.2f} s ({wall / read:.1f}×)")
    seen = [_in_window(path) for _ in range(_REPEATS)]
    opened, curve, pause = (float(np.median([each[name] for each in seen])) for name in ("opened", "curve", "pause"))
    longest = max(each["pause"] for each in seen)
    print(
        f"In the window, median of {_REPEATS}: clip shown after {opened:.2f} s, curve drawn after {curve:.2f} s, the "
        f"child's start included ({curve / wall:.1f}× the search alone); longest pause of the window {pause:.0f} ms, "
        f"at most {longest:.0f} ms"
    )


def _in_window(path: Path) -> dict[str, float]:
    """The figures of `search`, in a process of its own with a home of its own: no curve is kept there yet."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tests.bench.spotting", str(path)]
        environment = {**os.environ, "MER_STUDIO_HOME": home}
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def search(path: Path) -> dict[str, float]:
    """The real window opening a clip: seconds until it is shown and until its curve is drawn; the longest pause, ms."""
    from tests.bench.scrub_probe import window_on
    from tests.e2e.hands import Pulse, wait, wait_until

    pulse = Pulse()
    window = window_on(path, 1024, pulse, filled=False)
    spotter, begun = window.suggesting.spotter, pulse.begun
    opened = time.perf_counter() - begun
    wait_until(lambda: spotter.spotted is not None, "the curve is there", 120)
    curve = time.perf_counter() - begun
    wait(300)  # it is drawn, and the ghosts
    pause = pulse.stop()
    assert window.player.timeline._curve.shown is not None
    window.close()
    return {"opened": opened, "curve": curve, "pause": pause}


def _enlarged(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    picture = cv2.resize(picture, (round(width * _HEIGHT / height), _HEIGHT), interpolation=cv2.INTER_CUBIC)
    side = (_WIDTH - picture.shape[1]) // 2
    return cv2.copyMakeBorder(picture, 0, 0, side, _WIDTH - picture.shape[1] - side, cv2.BORDER_REPLICATE)


def _write(path: Path, pictures: list[np.ndarray]) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=200, options={"crf": "18", "preset": "veryfast", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


if __name__ == "__main__":
    print(json.dumps(search(Path(sys.argv[1]))))
