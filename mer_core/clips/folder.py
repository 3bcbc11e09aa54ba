"""A clip stored as one picture a frame, as most micro-expression data sets are."""

import os
from pathlib import Path

import numpy as np

from mer_core.clips import numbering
from mer_core.clips.clip import Clip, digest
from mer_core.clips.picture import depth, read_picture, to_8_bits
from mer_core.errors import ClipError

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
DEFAULT_FPS = 100.0


class FolderClip(Clip):
    """Pictures of one folder in the order of their frame numbers; 8 or 16 bit, grey or colour."""

    def __init__(self, path: Path, fps: float | None = None) -> None:
        """Raises ClipError where the folder holds no pictures, or their names do not give them an order."""
        self.path = path
        self.files, self.numbers, order = _numbered(path)
        self.fps = fps or DEFAULT_FPS
        self.fps_known = fps is not None
        places, time = numbering.places(self.numbers)
        self.times = places / self.fps
        self._counted = not time
        first = read_picture(self.files[0])
        self.height, self.width = first.shape[:2]
        self._depth = depth(self.files, first)
        tones = f"Of 16 bits {self._depth} are used: white is {(1 << self._depth) - 1}"
        told = tones if first.dtype == np.uint16 and self._depth < 16 else ""
        self.remarks = tuple(each for each in (order, time, told) if each)

    def read(self, index: int) -> np.ndarray:
        self._check(index)
        picture = to_8_bits(read_picture(self.files[index]), self._depth)
        height, width = picture.shape[:2]
        if (height, width) != (self.height, self.width):
            raise ClipError(
                f"{self.files[index]} is {width}×{height} pixels but the clip's first frame is "
                f"{self.width}×{self.height}; all frames of a folder must be of one size."
            )
        return picture

    def gaps(self) -> list[tuple[int, int]]:
        """None where the numbers are stamps of time: they count nothing."""
        return super().gaps() if self._counted else []

    def fingerprint(self) -> str:
        """From all names and sizes, and the bytes of the first, middle and last picture."""
        return frames_fingerprint(self.files)


def frames_fingerprint(files: tuple[Path, ...]) -> str:
    """The fingerprint of a clip of these frames, without decoding any."""
    labels = (f"{file.name} {file.stat().st_size}" for file in files)
    return digest(labels, (files[0], files[len(files) // 2], files[-1]))


def numbered_frames(folder: Path) -> tuple[tuple[Path, ...], tuple[int, ...]]:
    """Picture files of `folder` and their frame numbers, ascending; no file is opened. Raises ClipError."""
    return _numbered(folder)[:2]


def _numbered(folder: Path) -> tuple[tuple[Path, ...], tuple[int, ...], str]:
    with os.scandir(folder) as entries:  # thousands of frames: no question to the disk for each
        names = sorted(
            entry.name
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in PICTURES  # noqa: PTH122
            and not entry.name.startswith(".")
            and entry.is_file()
        )
    if not names:
        kinds = "png, jpg, bmp or tif"
        raise ClipError(f"The folder {folder} holds no pictures ({kinds}); choose the folder with a clip's frames.")
    names, numbers, remark = numbering.ordered(folder, names)
    return tuple(folder / name for name in names), tuple(numbers), remark
