"""What the descriptors share: the grid of blocks on a face, and histograms of directions in it."""

import cv2
import numpy as np

from mer_core.errors import FeatureError

Grid = tuple[int, int]
"""Blocks down and across."""


def check_clip(clip: np.ndarray, least: tuple[int, int, int]) -> None:
    """Raise FeatureError unless ``clip`` is (T, H, W) uint8 and at least as large as ``least``."""
    if clip.ndim != 3 or clip.dtype != np.uint8:
        raise FeatureError(f"A descriptor reads grey frames (T, H, W) of 8 bits, not {clip.shape} of {clip.dtype}.")
    if any(size < low for size, low in zip(clip.shape, least, strict=True)):
        raise FeatureError(
            f"These frames, {clip.shape}, are too few or too small: {least} (frames, height, width) is the least."
        )


def block_map(height: int, width: int, grid: Grid) -> np.ndarray:
    """(H, W) int64: the number of each pixel's block, row by row; blocks differ by at most one pixel in size."""
    rows, columns = grid
    down = np.arange(height) * rows // height
    across = np.arange(width) * columns // width
    return down[:, None] * columns + across


def direction_histogram(
    x: np.ndarray, y: np.ndarray, place: np.ndarray, places: int, bins: int, *, centred: bool = False
) -> np.ndarray:
    """How much points in which direction, place by place: (places, bins) float64, in the unit of x and y.

    x, y: float32, the vectors' parts; place: int64 of the same shape, 0..places−1. Bin k holds the directions
    atan2(y, x) from k to k + 1 times 2π/bins, or, ``centred``, those within half a bin of k · 2π/bins, to 0.01°; the
    axes are exact, the diagonals go to the bin that is nearer to ±x. Each vector counts with its length.
    """
    length, angle = cv2.cartToPolar(x, y)
    angle *= np.float32(bins / (2 * np.pi))
    if centred:
        angle += np.float32(0.5)
    which = angle.astype(np.int64)
    which += place * (bins + 1)
    sums = np.bincount(which.ravel(), length.ravel(), places * (bins + 1)).reshape(places, bins + 1)
    sums[:, 0] += sums[:, bins]  # a full turn is none
    return sums[:, :bins]
