"""3D histograms of oriented gradients (after Polikovsky, Kameda and Ohta 2009)."""

import cv2
import numpy as np

from mer_core.descriptors.blocks import Grid, block_map, check_clip, direction_histogram

BINS = (8, 12, 12)
"""Directions in the planes XY, XT and YT."""


def hog3d(clip: np.ndarray, *, grid: Grid = (5, 5), parts: int = 2) -> np.ndarray:
    """Directions of the grey gradient in the planes XY, XT and YT, in each block of ``clip``, (T, H, W) uint8.

    Returns (parts · blocks · 32,) float32: for each of ``parts`` equal spans of time and each block, row by row, the
    histograms of the directions of (I_x, I_y) in 8, of (I_x, I_t) in 12 and of (I_y, I_t) in 12 bins of the full
    circle from 0 on, weighted by the length of that pair, each histogram scaled to the length 1 (0 where nothing
    changes). Derivatives are central differences; at the
    clip's ends and edges its outermost pixels are repeated.

    There is no exact public specification: the 12 hand-placed regions of the original are a fixed grid on the aligned
    face here, and its histograms a frame are summed over spans of time; by default two, roughly the way to the apex
    and the way back, which would cancel in one. Raises FeatureError for another kind of clip.
    """
    check_clip(clip, (max(2, parts), max(2, grid[0]), max(2, grid[1])))
    frames, height, width = clip.shape
    place, blocks = block_map(height, width, grid), grid[0] * grid[1]
    sums = [np.zeros((parts, blocks, bins)) for bins in BINS]
    for t in range(frames):
        along_x, along_y = (
            cv2.Sobel(clip[t], cv2.CV_32F, *axis, ksize=1, scale=0.5, borderType=cv2.BORDER_REPLICATE)
            for axis in ((1, 0), (0, 1))
        )
        after, before = clip[min(t + 1, frames - 1)], clip[max(t - 1, 0)]
        along_t = cv2.addWeighted(after, 0.5, before, -0.5, 0, dtype=cv2.CV_32F)
        pairs = ((along_x, along_y), (along_x, along_t), (along_y, along_t))
        for total, (first, second), bins in zip(sums, pairs, BINS, strict=True):
            total[t * parts // frames] += direction_histogram(first, second, place, blocks, bins)
    scaled = [total / np.maximum(np.linalg.norm(total, axis=2, keepdims=True), 1e-9) for total in sums]
    return np.concatenate(scaled, axis=2).astype(np.float32).ravel()
