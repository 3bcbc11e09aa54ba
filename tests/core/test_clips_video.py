"""Videos with a number burnt into each frame: what is read must be what was asked for."""

import random
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mer_core.clips import Clip, FrameBuffer, open_clip
from mer_core.clips.video import VideoClip
from mer_core.errors import Cancelled, ClipError
from mer_core.progress import silent
from tests.real_data import REAL, REASON

WIDTH, HEIGHT, FRAMES = 160, 120, 60


def numbered_frame(number: int) -> np.ndarray:
    """Eight blocks, one a bit of `number`, over a moving ramp: survives any compression."""
    image = np.tile(((np.arange(WIDTH) + 3 * number) % 128 + 64).astype(np.uint8)[None, :, None], (HEIGHT, 1, 3))
    for bit in range(8):
        image[40:80, 20 * bit : 20 * bit + 20] = 255 * (number >> bit & 1)
    return image


def number_in(image: np.ndarray) -> int:
    return sum(1 << bit for bit in range(8) if image[60, 20 * bit + 10].mean() > 127)


def write_video(
    path: Path, codec: str, options: dict[str, str], *, ticks: Sequence[int] | None = None, pixels: str = "yuv420p"
) -> Path:
    """FRAMES frames at 30 per second, or at `ticks` of 1/200 s."""
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    muxing = {"movflags": options["movflags"]} if "movflags" in options else {}
    with av.open(str(path), "w", options=muxing) as container:
        stream: Any = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        if "rotation" in options:
            stream.set_display_rotation(int(options["rotation"]))
        if ticks is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 200)
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number), format="rgb24").reformat(format=pixels)
            if ticks is not None:
                frame.pts, frame.time_base = ticks[number], Fraction(1, 200)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def copy_from_packet(source: Path, target: Path, start: int) -> None:
    """A cut that copies the stream and begins wherever packet `start` is."""
    with av.open(str(source)) as before, av.open(str(target), "w") as after:
        stream: Any = after.add_stream_from_template(before.streams.video[0])
        for k, packet in enumerate(before.demux(before.streams.video[0])):
            if packet.size and k >= start:
                packet.stream = stream
                after.mux(packet)


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def assert_exact(clip: Clip, expected: Sequence[np.ndarray]) -> None:
    """100 random reads and stepping back give the frames of sequential decoding."""
    assert len(clip) == len(expected)
    shuffled = [i % len(clip) for i in range(100)]
    random.Random(1).shuffle(shuffled)
    for index in [*shuffled, *range(len(clip) - 1, -1, -7)]:
        assert np.array_equal(clip.read(index), expected[index]), index


B_FRAMES = {"bf": "3", "g": "12"}
OPEN_GROUPS = {"x264-params": "open-gop=1:bframes=3:keyint=12:log=0"}
X265 = {"x265-params": "bframes=3:keyint=12:log-level=none"}
KINDS = {
    "h264.mp4": ("libx264", B_FRAMES),
    "h264_moov_first.mp4": ("libx264", B_FRAMES | {"movflags": "faststart"}),
    "h264_fragments.mp4": ("libx264", B_FRAMES | {"movflags": "frag_keyframe+empty_moov"}),
    "h264_open_groups.mkv": ("libx264", OPEN_GROUPS),
    "h264_refresh.mp4": ("libx264", {"x264-params": "intra-refresh=1:keyint=20:bframes=0:log=0"}),
    "h264.avi": ("libx264", B_FRAMES),
    "h264.ts": ("libx264", OPEN_GROUPS),
    "hevc.mp4": ("libx265", X265),
    "hevc_open_groups.mkv": ("libx265", {"x265-params": "open-gop=1:bframes=3:keyint=12:log-level=none"}),
    "mpeg4.avi": ("mpeg4", {"bf": "2", "g": "12"}),
    "mpeg4.mp4": ("mpeg4", {"bf": "2", "g": "12"}),
    "mpeg2.mpg": ("mpeg2video", {"bf": "2", "g": "12"}),
    "mjpeg.avi": ("mjpeg", {"strict": "unofficial"}),
    "mjpeg.mov": ("mjpeg", {"strict": "unofficial"}),
    "raw.avi": ("rawvideo", {}),
    "ffv1.mkv": ("ffv1", {"g": "12"}),
    "hidden.webm": ("libvpx", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16"}),
    "vp9.webm": ("libvpx-vp9", {"g": "12", "deadline": "realtime", "cpu-used": "8"}),
    "vp9_hidden.webm": ("libvpx-vp9", {"g": "24", "auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "8"}),
    "av1.mp4": ("libsvtav1", {"g": "12", "preset": "8", "crf": "20", "svtav1-params": "lp=2"}),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_is_the_one_asked_for(name: str, tmp_path: Path) -> None:
    path = write_video(tmp_path / name, *KINDS[name])
    with VideoClip(path, recent_bytes=0) as clip:
        assert [number_in(clip.read(i)) for i in range(len(clip))] == list(range(FRAMES))
        assert_exact(clip, decoded(path))
    with open_clip(path) as clip:
        assert [number_in(clip.read(i)) for i in range(FRAMES - 1, -1, -1)] == list(range(FRAMES - 1, -1, -1))
        assert clip.fps == pytest.approx(30, rel=1e-3)
        assert (clip.width, clip.height) == (WIDTH, HEIGHT)
        assert clip.times == pytest.approx(np.arange(FRAMES) / 30, abs=1e-3)


def test_gif(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.gif", "gif", {}, pixels="rgb8")
    with open_clip(path) as clip:
        assert_exact(clip, decoded(path))
        assert number_in(clip.read(41)) == 41


def test_a_gif_whose_frames_hold_only_what_changes(tmp_path: Path) -> None:
    from PIL import Image

    pictures = []
    for number in range(24):  # a square that wanders over a ground that stays
        picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
        picture[10:30, 20:60] = 90
        picture[(at := 2 * number) : at + 8, at : at + 8] = 250
        pictures.append(picture)
    images = [Image.fromarray(picture).quantize(8) for picture in pictures]
    path = tmp_path / "a.gif"
    images[0].save(path, save_all=True, append_images=images[1:], duration=40, disposal=1)
    with Image.open(path) as stored:
        stored.seek(5)
        place = stored.tile[0][1]
        assert place is not None
        left, top, right, bottom = place
        assert (right - left) * (bottom - top) < WIDTH * HEIGHT / 4
    with open_clip(path) as clip:
        assert clip.times[-1] == pytest.approx(23 * 0.04)
        assert_exact(clip, pictures)


def test_variable_rate(tmp_path: Path) -> None:
    ticks = np.cumsum(np.random.default_rng(0).integers(1, 9, FRAMES))
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES, ticks=ticks.tolist())
    with open_clip(path) as clip:
        assert clip.times == pytest.approx((ticks - ticks[0]) / 200)
        assert [number_in(clip.read(i)) for i in reversed(range(FRAMES))] == list(reversed(range(FRAMES)))
    with open_clip(path, fps=2 * clip.fps) as faster:
        assert faster.times == pytest.approx(clip.times / 2)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
def test_random_jumps_in_variable_rate_files(codec: str, tmp_path: Path) -> None:
    ticks = np.cumsum(np.random.default_rng(1).integers(1, 40, FRAMES)).tolist()
    options = X265 if codec == "libx265" else B_FRAMES
    for name in ("a.mp4", "a.mkv"):
        path = write_video(tmp_path / name, codec, options, ticks=ticks)
        with VideoClip(path, recent_bytes=0) as clip:
            assert_exact(clip, decoded(path))
            assert [number_in(clip.read(i)) for i in (59, 0, 31, 30)] == [59, 0, 31, 30]


def test_edit_list_hides_what_comes_before_time_zero(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES, ticks=[6 * (k - 20) for k in range(FRAMES)])
    expected = decoded(path)
    with VideoClip(path, recent_bytes=0) as clip:
        assert_exact(clip, expected)
        assert number_in(clip.read(0)) == number_in(expected[0]) > 0


@pytest.mark.parametrize("start", [12, 17, 26])
@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_stream_copied_cut(name: str, start: int, tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mp4", "libx264", OPEN_GROUPS)
    copy_from_packet(whole, tmp_path / name, start)
    with VideoClip(tmp_path / name, recent_bytes=0) as clip:
        assert_exact(clip, decoded(tmp_path / name))
        assert number_in(clip.read(len(clip) - 1)) == FRAMES - 1


@pytest.mark.parametrize("told", [1, 7, 10_000])
def test_a_container_that_counts_its_frames_wrong(told: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", "mpeg4", {"bf": "0", "g": "12"})
    data = bytearray(path.read_bytes())
    for field, offset in ((b"avih", 24), (b"strh", 40)):  # both headers' number of frames
        at = data.index(field) + offset
        assert int.from_bytes(data[at : at + 4], "little") == FRAMES
        data[at : at + 4] = told.to_bytes(4, "little")
    path.write_bytes(data)
    with VideoClip(path, recent_bytes=0) as clip:
        assert_exact(clip, decoded(path))
        assert number_in(clip.read(FRAMES - 1)) == FRAMES - 1


@pytest.mark.parametrize("angle", [90, 180, -90])
def test_rotation_flag(angle: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES | {"rotation": str(angle)})
    with open_clip(path) as clip:
        assert np.array_equal(clip.read(3), np.rot90(decoded(path)[3], angle // 90))
        assert clip.read(3).shape == (clip.height, clip.width, 3)
        assert clip.read(3).flags.c_contiguous


MIRRORED: dict[str, tuple[tuple[int, int, int, int], Callable[[np.ndarray], np.ndarray]]] = {
    # x' = a x + c y, y' = b x + d y, as (a, b, c, d); and where that puts the stored pixels.
    "left and right": ((-1, 0, 0, 1), lambda stored: stored[:, ::-1]),
    "up and down": ((1, 0, 0, -1), lambda stored: stored[::-1]),
    "rows and columns": ((0, 1, 1, 0), lambda stored: stored.swapaxes(0, 1)),
    "the other diagonal": ((0, -1, -1, 0), lambda stored: stored[::-1, ::-1].swapaxes(0, 1)),
}


@pytest.mark.parametrize("way", MIRRORED)
def test_a_mirrored_picture_is_shown_as_the_file_says(way: str, tmp_path: Path) -> None:
    """As selfie cameras write: the header's matrix mirrors, which no number of quarter turns does."""
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)
    stored = decoded(path)
    (a, b, c, d), shown = MIRRORED[way]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44  # the matrix, nine big-endian 16.16 numbers, in a header of version 0
    assert data[at : at + 4] == (1 << 16).to_bytes(4, "big")
    for place, number in ((0, a), (4, b), (12, c), (16, d)):
        data[at + place : at + place + 4] = (number << 16).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    with open_clip(path) as clip:
        for index in (3, 0, 41):
            expected = shown(stored[index])
            assert np.array_equal(clip.read(index), expected)
            assert expected.shape == (clip.height, clip.width, 3)
        assert clip.read(3).flags.c_contiguous


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _most(data: bytes) -> bytes:
    return data[: len(data) * 19 // 20]


@pytest.mark.parametrize("cut", [_half, _most])
@pytest.mark.parametrize(
    "name", ["h264.mp4", "h264_moov_first.mp4", "h264_fragments.mp4", "h264_open_groups.mkv", "mpeg4.avi", "mjpeg.avi"]
)
def test_video_cut_short_is_refused_with_how_far_it_goes(
    name: str, cut: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = write_video(tmp_path / name, *KINDS[name])
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(ClipError, match=r"is cut short: (only its first \d+|its table of frames)") as raised:
        open_clip(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_gif_cut_short(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.gif", "gif", {}, pixels="rgb8")
    path.write_bytes(_half(path.read_bytes()))
    with pytest.raises(ClipError, match="cut short: only its first"):
        open_clip(path)


def test_damage_within_is_an_error_not_a_neighbour(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)
    good = decoded(path)
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][24]
        pos, size = packet.pos or 0, packet.size
    data = bytearray(path.read_bytes())
    data[pos : pos + size] = bytes(size)
    path.write_bytes(data)
    refused = 0
    with open_clip(path) as clip:
        for index in range(FRAMES):
            try:
                assert number_in(clip.read(index)) == number_in(good[index])
            except ClipError:
                refused += 1
    assert 0 < refused < FRAMES


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("notes.mp4", b"only words", "not a video"), ("empty.mp4", b"", "empty"), ("face.png", b"", "single picture")],
)
def test_what_is_no_video(name: str, content: bytes, says: str, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ClipError, match=says) as raised:
        open_clip(path)
    assert str(path) in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(ClipError, match="holds no video"):
        open_clip(path)


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)
    clip = open_clip(path)
    clip.close()
    content = path.read_bytes()
    path.unlink()
    for _ in range(2):
        with pytest.raises(ClipError, match="cannot be read any more"):
            clip.read(40)
    path.write_bytes(content)
    assert number_in(clip.read(40)) == 40
    clip.close()


def test_reads_from_several_threads_do_not_mix(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)
    order = [random.Random(3).randrange(FRAMES) for _ in range(120)]
    with VideoClip(path, recent_bytes=0) as clip, ThreadPoolExecutor(4) as pool:
        assert [number_in(image) for image in pool.map(clip.read, order)] == order
        buffer = FrameBuffer(clip)
        filling = pool.submit(buffer.fill, silent)
        assert [number_in(image) for image in pool.map(buffer.frame, order)] == order
        filling.result()
        assert buffer.loaded == FRAMES
        assert [number_in(buffer.frame(i)) for i in range(FRAMES)] == list(range(FRAMES))


def test_index_outside(tmp_path: Path) -> None:
    with open_clip(write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)) as clip:
        for index in (-1, FRAMES):
            with pytest.raises(IndexError):
                clip.read(index)


def test_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "libx264", B_FRAMES)
    other = write_video(tmp_path / "b.mp4", "libx264", B_FRAMES | {"g": "6"})
    copy = tmp_path / "ünïcode.mp4"
    copy.write_bytes(path.read_bytes())
    assert open_clip(path).fingerprint() == open_clip(copy).fingerprint() != open_clip(other).fingerprint()


@pytest.fixture(scope="module")
def variable_rate() -> Iterator[Clip]:
    if REAL is None:
        pytest.skip(REASON)
    with open_clip(REAL / "clips/hevc_variable_rate_169.mov") as clip:
        yield clip


def test_real_variable_rate_video_in_random_order(variable_rate: Clip) -> None:
    expected = decoded(variable_rate.path)
    order = list(range(len(expected)))
    random.Random(2).shuffle(order)
    assert len(variable_rate) == len(expected) == 169
    assert sum(not np.array_equal(variable_rate.read(i), expected[i]) for i in order) == 0
    with VideoClip(variable_rate.path, recent_bytes=0) as forgetful:
        assert sum(not np.array_equal(forgetful.read(i), expected[i]) for i in order[:8]) == 0


def test_an_index_that_took_long_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.ts", "libx264", OPEN_GROUPS)
    folder = tmp_path / "indices"
    open_clip(path, index_folder=folder).close()
    assert not folder.exists()  # it was quick
    monkeypatch.setattr("mer_core.clips.video._WORTH_KEEPING", 0.0)
    with open_clip(path, index_folder=folder) as clip:
        expected = [clip.read(i) for i in range(len(clip))]
    (kept,) = folder.iterdir()
    seen: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr("mer_core.clips.video.index_video", lambda *_: seen.append(1))
        with open_clip(path, index_folder=folder) as again:
            assert_exact(again, expected)
            assert not seen
    whole = kept.read_bytes()
    unpackable = whole[: (at := whole.rindex(b"PK\x01\x02") + 10)] + b"\x63" + whole[at + 1 :]
    for damaged in (whole[:100], b"", unpackable):
        kept.write_bytes(damaged)  # listed anew
        with open_clip(path, index_folder=folder) as clip:
            assert_exact(clip, expected)
        assert kept.read_bytes() != damaged


def long_video(path: Path, times: int) -> Path:
    """One short H.264 video's packets, over and over: an hour of frames in a second."""
    once = write_video(path.with_name("once.mp4"), "libx264", B_FRAMES)
    with av.open(str(once)) as source, av.open(str(path), "w") as target:
        packets = [packet for packet in source.demux(video=0) if packet.size]
        stream: Any = target.add_stream_from_template(source.streams.video[0])
        length = FRAMES * (packets[0].duration or 0)
        for repeat in range(times):
            for packet in packets:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = (packet.pts or 0) + repeat * length, (packet.dts or 0) + repeat * length
                copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, stream
                target.mux(copy)
    return path


def test_a_long_video_is_listed_compactly_and_told_on_the_way(tmp_path: Path) -> None:
    path = long_video(tmp_path / "long.mp4", 500)
    told: list[float] = []
    tracemalloc.start()
    with open_clip(path, progress=lambda done, total, _: told.append(done / total)) as clip:
        held, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(clip) == 500 * FRAMES
        assert held < 200 * len(clip)  # bytes: objects for each frame took a thousand
        assert peak < 300 * len(clip)
        assert told == sorted(told)
        assert len(told) >= 5
        for index in (29_999, 3, 17_017, 17_010):
            assert number_in(clip.read(index)) == index % FRAMES

    def cancel(done: int, total: int, text: str) -> None:  # noqa: ARG001
        raise Cancelled

    with pytest.raises(Cancelled):
        open_clip(path, progress=cancel)
