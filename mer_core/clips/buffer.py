"""Frames of a clip kept in memory, so that scrubbing need not decode."""

import threading
import time

import numpy as np

from mer_core.clips.clip import Clip
from mer_core.errors import Cancelled, ClipError
from mer_core.progress import Progress

_QUIET = 0.008  # seconds in which a frame that was waited for is painted, on a machine of few cores too
_FEW_BYTES, _BREATH = 4 << 20, 0.0002  # given back at a time, and seconds between: no thread gets memory meanwhile
_AHEAD = 0.75  # the part of the memory that is for what comes, the rest being for what was


class FrameBuffer:
    """Bounded memory cache around a clip, for threads that want frames and one that fills in the background.

    What is kept is a window around the frame looked at, larger on the side to which one moves. Arrays are shared with
    the cache: do not write into them.
    """

    def __init__(self, clip: Clip, max_bytes: int = 1 << 30) -> None:
        self.clip = clip
        self._frames: dict[int, np.ndarray] = {}
        self._leaving: dict[int, np.ndarray] = {}  # a closed buffer's frames until their memory is given back
        self._have = np.zeros(len(clip), bool)
        self._lowest, self._highest = len(clip), -1  # of the frames kept
        self._refused = np.zeros(len(clip), bool)  # frames that cannot be read: tried once
        self._focus, self._direction = 0, 1
        self._held: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._calm = threading.Event()  # clear while someone waits for a frame: the fill then stands aside
        self._calm.set()
        self._waiting = 0
        self._quiet_until = 0.0
        self._closed = False
        self._filling = threading.Lock()
        self._run = range(0)  # what is being filled
        self._hand: Clip | None = None  # the fill's own, kept from one filling to the next
        self._few = max(1, _FEW_BYTES // (clip.width * clip.height * 3))
        self.capacity = 0
        self.set_limit(max_bytes)

    def set_limit(self, max_bytes: int) -> None:
        """Keep no more than this from now on; at least two frames, as a pair is what is compared.

        What is too much is dropped at once: for a background thread, as gigabytes take the system a while.
        """
        self.capacity = min(len(self.clip), max(2, max_bytes // (self.clip.width * self.clip.height * 3)))
        while len(self._frames) > self.capacity:
            with self._lock:  # anew for each few, so that nobody waits for all of them
                for _ in range(min(self._few, len(self._frames) - self.capacity)):
                    self._drop(self._outermost())
            time.sleep(_BREATH)

    @property
    def loaded(self) -> int:
        """Frames in memory."""
        return len(self._frames)

    def cached(self, index: int) -> np.ndarray | None:
        """The frame, if it is in memory; never waits."""
        return self._frames.get(index)

    def span(self) -> tuple[int, int]:
        """First and last frame of the unbroken stretch in memory around the one looked at; last < first: none."""
        if not self._have[self._focus]:
            return self._focus, self._focus - 1
        before, after = self._have[: self._focus], self._have[self._focus :]
        first = 0 if before.all() else self._focus - int(np.argmin(before[::-1]))
        last = len(self._have) - 1 if after.all() else self._focus + int(np.argmin(after)) - 1
        return first, last

    def look(self, index: int) -> None:
        """This frame is being looked at: what is kept and filled follows it, and the direction of its small steps."""
        step = index - self._focus
        if 0 < abs(step) <= max(1, self.capacity // 4):
            self._direction = 1 if step > 0 else -1
        self._focus = index

    def hold(self, span: tuple[int, int] | None) -> None:
        """Keep first and last of these and all between, as long as they fit: what is played over and over."""
        self._held = span

    def frame(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB; from memory, else read from the clip and kept.

        Errors as of `Clip.read`; Cancelled once the buffer is closed.
        """
        frame = self._frames.get(index)
        if frame is not None:
            return frame
        with self._lock:
            if self._closed:
                raise Cancelled
            self._waiting += 1
            self._calm.clear()
        try:
            frame = self.clip.read(index)
        finally:
            self._quiet_until = time.monotonic() + _QUIET
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._calm.set()
        self._keep(index, frame)
        return frame

    @property
    def hungry(self) -> bool:
        """Whether so much is missing of what is to be kept that filling is worth its while."""
        first, end = self._window()
        missing = end - first - int(np.count_nonzero((self._have | self._refused)[first:end]))
        if missing >= max(1, self.capacity // 16):
            return True
        near = slice(max(first, self._focus - 8), min(end, self._focus + 9))
        return bool(missing) and not (self._have | self._refused)[near].all()

    def fill(self, progress: Progress) -> None:
        """Read frames until all that are to be kept are in memory, nearest first, following where one looks.

        For a background thread. Reads through a hand of its own, so `frame` never waits behind it. `progress` gets the
        number of frames in memory; Cancelled raised by it ends the filling and goes to the caller. A frame that cannot
        be read is left out, and its ClipError raised when the others are in memory.
        """
        failure: ClipError | None = None
        with self._filling:
            try:
                while not self._closed and (run := self._next_run()) is not None:
                    failure = self._read_run(run, progress) or failure
            finally:
                if self._closed:
                    self._put_down()
        if failure is not None:
            raise failure

    def _read_run(self, run: range, progress: Progress) -> ClipError | None:
        """Read what is missing of these, unless one looks elsewhere; the error of a frame that cannot be read."""
        failure = None
        self._run = run
        if self._hand is None:
            self._hand = self.clip.reader(self._stand_aside)
        for index in run:
            if self._have[index] or self._refused[index]:
                continue
            try:
                self._stand_aside()
                frame = self._hand.read(index)
            except ClipError as error:  # the others can still be had
                self._refused[index] = True
                failure = error
            except Cancelled:
                break
            else:
                self._keep(index, frame)
                progress(min(self.loaded, self.capacity), self.capacity, "Reading frames")
        return failure

    def _stand_aside(self) -> None:
        """Let those go first who wait for a frame, and let it be shown; give up what is no longer to be kept."""
        self._calm.wait()
        while not self._closed and (left := self._quiet_until - time.monotonic()) > 0:
            time.sleep(left)
        first, end = self._window()
        if self._closed or not first <= self._run[-1] < end:
            raise Cancelled

    def _put_down(self) -> None:
        if self._hand is not None and self._hand is not self.clip:
            self._hand.close()
        self._hand = None

    def close(self) -> None:
        """Forget all frames, end the filling and close its hand. The clip stays the caller's.

        The frames' memory is given back with this object, or before by ``empty``.
        """
        with self._lock:
            self._closed = True
            self._leaving, self._frames = self._frames, {}
            self._lowest, self._highest = len(self.clip), -1
            self._have[:] = False
        self._calm.set()
        if self._filling.acquire(blocking=False):
            self._put_down()
            self._filling.release()

    def empty(self) -> None:
        """Give back the memory of a closed buffer's frames, for a background thread."""
        while self._leaving:
            for _ in range(min(self._few, len(self._leaving))):
                self._leaving.popitem()
            time.sleep(_BREATH)

    def _window(self) -> tuple[int, int]:
        """First frame to be kept, and the one after the last."""
        size, room = len(self.clip), self.capacity
        if room >= size:
            return 0, size
        held = self._held
        if held and held[1] - held[0] < room and held[0] <= self._focus <= held[1]:
            first = held[0] - (room - (held[1] - held[0] + 1)) // 2
        else:
            first = self._focus - round(room * (1 - _AHEAD if self._direction > 0 else _AHEAD))
        first = max(0, min(first, size - room))
        return first, first + room

    def _next_run(self) -> range | None:
        """Frames to be read next, in the order in which they are decoded with least work; None: nothing is missing."""
        first, end = self._window()
        focus = min(max(self._focus, first), end - 1)
        missing = ~(self._have[first:end] | self._refused[first:end])
        after, before = missing[focus - first :], missing[: focus - first]
        ahead = focus + int(np.argmax(after)) if after.any() else None
        behind = focus - 1 - int(np.argmax(before[::-1])) if before.any() else None
        if ahead is not None and (self._direction > 0 or behind is None):
            return range(ahead, ahead + 1)
        if behind is not None:
            # Backwards through a group of pictures each frame would cost the group: a stretch of it is read forwards.
            stretch = max(8, self.capacity // 4)
            start = max(first, behind - stretch + 1, min(self.clip.run_start(behind), behind))
            return range(start, behind + 1)
        return None

    def _keep(self, index: int, frame: np.ndarray) -> None:
        """Keep `frame`, dropping the one farthest out where there is no room; that may be this one."""
        with self._lock:
            if self._closed or self._have[index]:
                return
            self._frames[index] = frame
            self._have[index] = True
            self._lowest, self._highest = min(self._lowest, index), max(self._highest, index)
            if len(self._frames) > self.capacity:
                self._drop(self._outermost())

    def _outermost(self) -> int:
        """The kept frame that is farthest outside of the window, or else from its middle."""
        first, end = self._window()
        return self._lowest if first - self._lowest > self._highest - (end - 1) else self._highest

    def _drop(self, index: int) -> None:
        """Let go of the lowest or the highest frame kept."""
        del self._frames[index]
        self._have[index] = False
        if not self._frames:
            self._lowest, self._highest = len(self.clip), -1
        elif index == self._lowest:
            self._lowest += int(np.argmax(self._have[index:]))
        else:
            self._highest = _last(self._have, index)


def _last(have: np.ndarray, end: int) -> int:
    """The last index below `end` that is true; there is one."""
    stretch = 64
    while True:  # numpy would look through all of a long clip
        found = np.flatnonzero(have[max(0, end - stretch) : end])
        if len(found):
            return max(0, end - stretch) + int(found[-1])
        stretch *= 8
