"""A range of a clip as PNG files or as a video, without loss; the files keep the source's frame numbers."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2

from mer_core.clips import Clip
from mer_core.errors import ExportError
from mer_core.export.targets import check_file, check_folder, new_file, new_folder
from mer_core.progress import Progress, silent

if TYPE_CHECKING:
    from av.video.stream import VideoStream

VIDEOS = {".mkv": ("ffv1", "bgr0"), ".mp4": ("libx264rgb", "rgb24")}
"""By ending: codec and layout of pixels. FFV1 in Matroska, for archives; H.264 of RGB at crf 0, for more players."""
_TICK = Fraction(1, 90_000)


def range_losses(clip: Clip, first: int, last: int, *, video: bool) -> list[str]:
    """What the files, or the video, of frame indices ``first`` to ``last`` cannot carry."""
    if not video:
        return []
    numbers = clip.numbers[first : last + 1]
    found = [
        f"Frame numbers: a video counts from 0, so its frame 0 is frame {numbers[0]} of the clip (noted in the file)."
    ]
    if any(after - before > 1 for before, after in pairwise(numbers)):
        found.append("Frames that the clip lacks: in the video only their time is left out.")
    return found


def export_frames(clip: Clip, first: int, last: int, out: Path, progress: Progress = silent) -> None:
    """Write frame indices ``first`` to ``last`` as PNG into the new folder ``out``: frame 46 becomes ``img46.png``.

    Raises ExportError where it cannot be written, ClipError where a frame cannot be read; nothing is left then.
    """
    _check_range(clip, first, last)
    check_folder(out, [clip.path])
    width = len(str(clip.numbers[-1]))
    with new_folder(out) as folder:
        for index in range(first, last + 1):
            progress(index - first, last - first + 1, f"Writing frame {clip.numbers[index]}")
            picture = cv2.cvtColor(clip.read(index), cv2.COLOR_RGB2BGR)
            data = cv2.imencode(".png", picture)[1]
            (folder / f"img{clip.numbers[index]:0{width}d}.png").write_bytes(data.tobytes())
    progress(last - first + 1, last - first + 1, "Written")


def export_video(clip: Clip, first: int, last: int, out: Path, progress: Progress = silent) -> None:
    """Write frame indices ``first`` to ``last`` as a lossless video, each at its own time; codec by ``out``'s ending.

    Raises ExportError where it cannot be written, ClipError where a frame cannot be read; nothing is left then.
    """
    import av

    _check_range(clip, first, last)
    check_file(out, tuple(VIDEOS), [clip.path])
    if out.resolve() == clip.path.resolve():
        raise ExportError(f"{out} is the clip itself: choose another name.")
    codec, layout = VIDEOS[out.suffix.lower()]
    with new_file(out) as partial, av.open(str(partial), "w", format=_CONTAINERS[out.suffix.lower()]) as container:
        container.metadata["title"] = clip.path.name
        container.metadata["comment"] = _note(clip.path.name, clip.numbers[first : last + 1], clip.fps)
        stream = cast("VideoStream", container.add_stream(codec, rate=Fraction(clip.fps).limit_denominator(1001)))
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, layout
        stream.codec_context.time_base = stream.time_base = _TICK
        stream.options = (
            {"crf": "0", "preset": "veryfast"} if codec == "libx264rgb" else {"level": "3", "slicecrc": "1"}
        )
        try:
            for index in range(first, last + 1):
                progress(index - first, last - first + 1, f"Writing frame {clip.numbers[index]}")
                frame = av.VideoFrame.from_ndarray(clip.read(index), format="rgb24")
                frame.pts = round((clip.times[index] - clip.times[first]) / _TICK)
                frame.time_base = _TICK
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        except av.error.FFmpegError as error:
            raise ExportError(f"{out} cannot be written ({error.strerror}): choose another folder.") from error
    progress(last - first + 1, last - first + 1, "Written")


_CONTAINERS = {".mkv": "matroska", ".mp4": "mp4"}


def _note(name: str, numbers: Sequence[int], fps: float) -> str:
    return f"MER Studio: {name}, frames {numbers[0]} to {numbers[-1]}, recorded at {fps:g} fps"


def _check_range(clip: Clip, first: int, last: int) -> None:
    if not 0 <= first <= last < len(clip):
        raise ExportError(
            f"Frames {first} to {last} are no range of {clip.path.name}: it has {len(clip)}; the first must come first."
        )
