"""What every clip offers, whatever it is stored in."""

import hashlib
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from mer_core.errors import ClipError

_SAMPLES = 16
_SAMPLE_BYTES = 1 << 16


class Clip(ABC):
    """One face recording. An *index* counts frames from 0; a *number* is the source's own (``img46.jpg`` is 46).

    Attributes:
        path: the folder or the video file.
        fps: frames per second, as stored or as the caller said.
        fps_known: False where neither the source nor the caller said a rate and ``fps`` is a mere default.
        width, height: pixels of every frame, after rotation.
        numbers: the source's frame number per index, ascending; gaps are real gaps. A range where there are none.
        times: (N,) float64, seconds from the first frame, at the rate ``fps``.
        remarks: how the source was read where it could be read in another way; for the user.
    """

    path: Path
    fps: float
    fps_known: bool
    width: int
    height: int
    numbers: Sequence[int]
    times: np.ndarray
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    @abstractmethod
    def read(self, index: int) -> np.ndarray:
        """Exactly the frame at `index`: (H, W, 3) uint8 RGB, contiguous, the caller's own. Safe from any thread.

        Raises IndexError outside 0..N-1 and ClipError where that frame cannot be had; never a neighbour instead.
        """

    @abstractmethod
    def fingerprint(self) -> str:
        """Content id that survives moving and renaming the source; quick, from samples of the bytes."""

    def reader(self, stand_aside: Callable[[], object] = lambda: None) -> "Clip":  # noqa: ARG002
        """A second hand on the same source: reading from it neither waits for nor disturbs this one. Close it.

        It calls `stand_aside` before each step of a long way to a frame; that may wait, or raise Cancelled to give up.
        """
        return self

    def run_start(self, index: int) -> int:
        """The first frame of those that are decoded on the way to the frame at `index`: in order they cost least."""
        return index

    def gaps(self) -> list[tuple[int, int]]:
        """The numbers missing between the first frame and the last: first and last of each stretch."""
        if self.numbers[-1] - self.numbers[0] + 1 == len(self.numbers):
            return []  # as in every video: an hour's numbers are not looked through one by one
        return [(before + 1, after - 1) for before, after in pairwise(self.numbers) if after - before > 1]

    def index_of(self, number: int) -> int:
        """Index of the frame that the source numbers `number`; ClipError if there is none."""
        index = bisect_left(self.numbers, number)
        if index == len(self.numbers) or self.numbers[index] != number:
            raise ClipError(
                f"{self.path} has no frame {number}: its frames are numbered {self.numbers[0]} to {self.numbers[-1]}; "
                "give one of those."
            )
        return index

    def close(self) -> None:  # noqa: B027 - a folder has nothing to let go of
        """Let go of files and decoders; reading afterwards opens them again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self):
            raise IndexError(f"frame index {index} outside 0..{len(self) - 1}")


def digest(labels: Iterable[str], files: Iterable[Path]) -> str:
    """SHA-256 (hex, 32 digits) of `labels` and of evenly spread samples of each file."""
    sha = hashlib.sha256()
    for label in labels:
        sha.update(label.encode() + b"\0")
    for file in files:
        size = file.stat().st_size
        sha.update(size.to_bytes(8, "little"))
        with file.open("rb") as stream:
            for sample in range(_SAMPLES):
                stream.seek(max(0, size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
                sha.update(stream.read(_SAMPLE_BYTES))
                if size <= _SAMPLE_BYTES:
                    break
    return sha.hexdigest()[:32]
