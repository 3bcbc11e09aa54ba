"""Frames of a clip kept in memory, so that scrubbing need not decode."""

import threading

import numpy as np

from mer_core.clips.clip import Clip
from mer_core.errors import ClipError
from mer_core.progress import Progress


class FrameBuffer:
    """Bounded memory cache around a clip, for one thread that shows frames and one that fills in the background.

    Arrays are shared with the cache: do not write into them.
    """

    def __init__(self, clip: Clip, max_bytes: int = 1 << 30) -> None:
        self.clip = clip
        frame_bytes = clip.width * clip.height * 3
        self.capacity = min(len(clip), max(2, max_bytes // frame_bytes))  # two: a pair is what is compared
        self._frames: dict[int, np.ndarray] = {}
        self._focus = 0
        self._lock = threading.Lock()
        self._calm = threading.Event()  # clear while someone waits for a frame: the fill then stands aside
        self._calm.set()
        self._waiting = 0

    @property
    def loaded(self) -> int:
        """Frames in memory."""
        return len(self._frames)

    def cached(self, index: int) -> bool:
        return index in self._frames

    def frame(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB; from memory, else read from the clip and kept. Errors as of `Clip.read`."""
        self._focus = index
        frame = self._frames.get(index)
        if frame is not None:
            return frame
        with self._lock:
            self._waiting += 1
            self._calm.clear()
        try:
            frame = self.clip.read(index)
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._calm.set()
        self._keep(index, frame, self._focus)
        return frame

    def fill(self, start: int, progress: Progress) -> None:
        """Read frames from `start` on, round the clip, until all are in memory, or as many as the bound allows.

        For a background thread. Reads through a hand of its own, so `frame` never waits behind it. `progress` gets the
        number of frames in memory; Cancelled raised by it ends the filling and goes to the caller. A frame that cannot
        be read is left out, and its ClipError raised when the others are in memory.
        """
        size, room = len(self.clip), self.capacity
        # With a bound: a window that holds more of what comes than of what was, playing forwards being the rule.
        first = 0 if room == size else min(max(0, start - room // 4), size - room)
        wanted = [*range(start, first + room), *range(first, start)]
        centre = first + room // 2
        reader = self.clip.reader()
        failure: ClipError | None = None
        try:
            for index in wanted:
                self._calm.wait()
                if index not in self._frames:
                    try:
                        self._keep(index, reader.read(index), centre)
                    except ClipError as error:  # the others can still be had
                        failure = failure or error
                progress(min(self.loaded, room), room, "Reading frames")
        finally:
            if reader is not self.clip:
                reader.close()
        if failure is not None:
            raise failure

    def clear(self) -> None:
        """Forget all frames."""
        with self._lock:
            self._frames.clear()

    def _keep(self, index: int, frame: np.ndarray, centre: int) -> None:
        """Keep `frame`, dropping the one farthest from `centre` where there is no room."""
        with self._lock:
            if index not in self._frames and len(self._frames) >= self.capacity:
                del self._frames[max(self._frames, key=lambda kept: abs(kept - centre))]
            self._frames[index] = frame
