"""Histograms of oriented optical flow (Chaudhry et al. 2009)."""

import numpy as np

from mer_core.descriptors.blocks import Grid, block_map, check_clip, direction_histogram
from mer_core.errors import FeatureError


def hoof(flow: np.ndarray, *, bins: int = 8, grid: Grid = (7, 7), parts: int = 1, mirror: bool = False) -> np.ndarray:
    """Directions of motion in each block, weighted by its size. flow: (T, H, W, 2) float32, u right and v down.

    Returns (parts · blocks · bins,) float32: for each of ``parts`` equal spans of time and each block, row by row, the
    histogram of directions, all of a span divided by their common sum, so that an expression's strength drops out but
    not where in the face it is (a resting block of its own sum would say nothing as loudly). 0 where nothing moves.

    Bin k holds the directions within half a bin of k · 360°/bins, clockwise on screen from the right: pure right, down,
    left and up are amid a bin. ``mirror`` gives Chaudhry's bins, in which left and right are one: bin k holds
    atan2(v, |u|) from k to k + 1 times 180°/bins above −90°, which is up.
    """
    if flow.ndim != 4 or flow.shape[3] != 2 or len(flow) < parts or flow.shape[1] < grid[0] or flow.shape[2] < grid[1]:
        raise FeatureError(f"HOOF reads flow (T, H, W, 2) of at least {(parts, *grid, 2)}, not {flow.shape}.")
    frames, height, width, _ = flow.shape
    place, blocks = block_map(height, width, grid), grid[0] * grid[1]
    sums = np.zeros((parts, blocks, bins))
    for t in range(frames):
        u, v = (np.ascontiguousarray(flow[t, :, :, axis], np.float32) for axis in (0, 1))
        if mirror:  # turned by a quarter: up is 0°, down 180°; bins of the half circle are half of twice as many
            counted = direction_histogram(-v, np.abs(u), place, blocks, 2 * bins)
            counted[:, bins - 1] += counted[:, bins:].sum(axis=1)  # straight down: the upper end of the last bin
            counted = counted[:, :bins]
        else:
            counted = direction_histogram(u, v, place, blocks, bins, centred=True)
        sums[t * parts // frames] += counted
    total = sums.sum(axis=(1, 2), keepdims=True)
    return (sums / np.where(total > 0, total, 1)).astype(np.float32).ravel()


def pair_flows(clip: np.ndarray) -> np.ndarray:
    """The quick flow from each frame of ``clip``, (T, H, W) uint8, to the next: (T − 1, H, W, 2) float32 pixels.

    Each is freed of its median, the head's own shift.
    """
    from mer_core.flow.methods import quick_flow

    check_clip(clip, (2, 16, 16))
    flows = np.empty((len(clip) - 1, *clip.shape[1:], 2), np.float32)
    for t in range(len(clip) - 1):
        for axis, part in enumerate(quick_flow(clip[t], clip[t + 1])):
            flows[t, :, :, axis] = part - np.median(part[::3, ::3])
    return flows
