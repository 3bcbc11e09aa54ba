"""Where each part of the face is in every frame: the flow from one reference frame, without the head's own motion."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.clips import Clip
from mer_core.faces import Alignment, align_near
from mer_core.flow import FlowSettings, HeadMotion, optical_flow
from mer_core.flow.head_motion import fit_head_motion, remove_head_motion, still

CELLS = 28  # a side: the crop's cells, the same as those of a network's cube
FLOW = FlowSettings(method="dis", smoothing=2.0, size=140)
_RECUT_FROM = 1.0  # pixels of head motion since the frame before, from which a frame is cut and measured anew,
_RECUTS = 2  # at most so often
_LOST = 0.35  # of the crop's side: a head that seems to have gone farther from the reference is looked for there anew


@dataclass(frozen=True, eq=False)
class Track:
    """moved: (T, 28, 28, 2) float32, (u, v) of each cell of the crop from the reference frame, pixels of the source.

    indices: (T,) int64, the frame index of each row. head: (T,) float32, the farthest that the head's own motion, taken
    out of `moved`, carries any corner of the crop, pixels of the source. alignment: the crop at the reference frame.
    """

    indices: np.ndarray
    moved: np.ndarray
    head: np.ndarray
    alignment: Alignment


def track(clip: Clip, alignment: Alignment, indices: np.ndarray, tell: Callable[[], None]) -> Track:
    """Track the face through the frames `indices` (T,), ascending; the reference is the middle one.

    Two threads take a half each, forwards, as videos are read best, each with a hand of its own on the clip. `tell` is
    called after each frame, from either thread; what it raises ends the work and is raised here. Raises ClipError where
    a frame cannot be read.
    """
    middle = len(indices) // 2
    first = clip.read(int(indices[middle]))
    aligned = (align_near(first, alignment) or alignment) if alignment.source != "frame" else alignment
    crops = aligned.resized(FLOW.size)
    moved = np.zeros((len(indices), CELLS, CELLS, 2), np.float32)
    head = np.zeros(len(indices), np.float32)
    failed = False

    def follow(rows: range) -> None:
        nonlocal failed
        walk = _Walk(crops, first)
        reader = clip.reader()
        try:
            for row in rows:
                if failed:
                    return
                moved[row], head[row] = walk.step(reader.read(int(indices[row])))
                tell()
        except BaseException:
            failed = True  # the other thread need not go on
            raise
        finally:
            if reader is not clip:
                reader.close()

    with ThreadPoolExecutor(2, thread_name_prefix="track") as pool:
        halves = [pool.submit(follow, rows) for rows in (range(middle), range(middle, len(indices)))]
    for half in halves:
        half.result()
    return Track(indices, moved, head, crops)


def link(clip: Clip, before: Track, after: Track) -> np.ndarray:
    """The motion from one track's reference frame to the next one's: (28, 28, 2) float32, pixels of the source."""
    first, second = (clip.read(int(part.indices[len(part.indices) // 2])) for part in (before, after))
    # Each reference is cut by its own alignment: the head's way from one to the other is out of it already.
    u, v = optical_flow(before.alignment.crop(first), after.alignment.crop(second), FLOW)
    u, v = remove_head_motion(u, v, fit_head_motion(u, v, before.alignment.stable, before.alignment.skin))
    return _cells(u, v, before.alignment)


class _Walk:
    """From frame to frame, each against the reference: each crop goes where the head was in the frame before."""

    def __init__(self, crops: Alignment, reference: np.ndarray) -> None:
        self._crops = crops
        self._base = crops.crop(reference)
        self._skin, self._stable = crops.skin, crops.stable
        self._head = still(crops.size, crops.size)

    def step(self, image: np.ndarray) -> tuple[np.ndarray, float]:
        """(28, 28, 2) float32 motion of the cells without the head's, and the head's; pixels of the source."""
        u, v, rest = self._measure(image)
        for _ in range(_RECUTS):
            if rest.pixels <= _RECUT_FROM:
                break
            self._go(rest)
            u, v, rest = self._measure(image)
        u, v = remove_head_motion(u, v, rest)
        self._go(rest)
        return _cells(u, v, self._crops), self._head.pixels / self._crops.scale

    def _measure(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, HeadMotion]:
        u, v = optical_flow(self._base, self._crops.following(self._head.matrix).crop(image), FLOW)
        return u, v, fit_head_motion(u, v, self._stable, self._skin)

    def _go(self, rest: HeadMotion) -> None:
        gone = self._head.after(rest)
        near = gone.pixels < _LOST * self._crops.size
        self._head = gone if near else still(self._crops.size, self._crops.size)


def _cells(u: np.ndarray, v: np.ndarray, crops: Alignment) -> np.ndarray:
    whole = cv2.resize(np.dstack([u, v]), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return np.asarray(whole / np.float32(crops.scale), np.float32)
