"""An expression as a few aligned pictures, evenly spaced in time: what descriptors of motion over time read."""

from collections.abc import Callable

import cv2
import numpy as np

from mer_core.faces import Alignment

FRAMES = 10
SIDE = 112


def face_frames(
    read: Callable[[int], np.ndarray], times: np.ndarray, alignment: Alignment, first: int, last: int
) -> np.ndarray:
    """The face at ``FRAMES`` evenly spaced moments from frame index ``first`` to ``last``: (10, 112, 112) uint8 grey.

    read(index): a frame, (H, W, 3) uint8 RGB; times: (N,) float64, each frame's seconds, so that a video of variable
    rate keeps its pace. All are cut by the one ``alignment``. Between two frames the picture is blended linearly: for
    steps of far less than a pixel that is what the temporal interpolation model (Zhou et al. 2011) does, without its
    loss of detail.
    """
    crops = alignment.resized(SIDE)
    cut: dict[int, np.ndarray] = {}

    def picture(index: int) -> np.ndarray:
        if index not in cut:
            cut[index] = crops.crop(read(index))
        return cut[index]

    indices = np.arange(first, last + 1)
    moments = np.interp(np.linspace(times[first], times[last], FRAMES), times[indices], indices)
    frames = []
    for moment in moments:
        before = min(int(moment), last)
        share = float(moment) - before
        frame = picture(before)
        frames.append(frame if share == 0 else cv2.addWeighted(frame, 1 - share, picture(before + 1), share, 0))
    return np.stack(frames)
