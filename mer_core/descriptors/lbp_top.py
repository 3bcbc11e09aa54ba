"""Local binary patterns on three orthogonal planes (Zhao and Pietikäinen 2007)."""

from collections.abc import Iterator

import numpy as np

from mer_core.descriptors.blocks import Grid, block_map, check_clip
from mer_core.errors import FeatureError

_ROUNDING = 1e-3  # grey levels by which an interpolated neighbour may fall short of an equal centre


def lbp_top(
    clip: np.ndarray, *, radii: tuple[int, int, int] = (1, 1, 4), points: int = 4, grid: Grid = (5, 5)
) -> np.ndarray:
    """Histograms of the XY, XT and YT patterns of each block of ``clip``, (T, H, W) uint8.

    Returns (blocks · 3 · 2^points,) float32: block by block, row by row, in each the planes' histograms one after the
    other, each with the sum 1. With the defaults, which are those of MEGC 2019's baseline, 1,200 numbers.

    radii: along x, y and t. points: neighbours on each plane's ellipse. Neighbour p lies, as in the authors' code, at

    - XY: (x + Rx cos a, y − Ry sin a), a = 2πp / points,
    - XT: (x + Rx cos a, t + Rt sin a),
    - YT: (y − Ry sin a, t + Rt cos a): not the XT plane with x and y exchanged, whose patterns are numbered otherwise;

    off the pixels its grey is interpolated linearly. Bit p is set where the neighbour is at least as bright as the
    centre. Centres are all pixels whose neighbours lie in the clip. Raises FeatureError for another kind of clip, and
    where the radii leave a block without a centre: it would have no histogram.
    """
    rx, ry, rt = radii
    if min(radii) < 1 or not 1 <= points <= 8:
        raise FeatureError(f"LBP-TOP needs radii from 1 and 1 to 8 points, not {radii} and {points}.")
    check_clip(clip, (2 * rt + 1, 2 * ry + grid[0], 2 * rx + grid[1]))
    frames, height, width = clip.shape
    patterns, blocks = 1 << points, grid[0] * grid[1]
    place = block_map(height, width, grid)[ry : height - ry, rx : width - rx] * patterns
    if len(np.unique(place)) < blocks:
        raise FeatureError(
            f"With a radius of {rx} across and {ry} down a face of {width} × {height} pixels has no pixel left in some "
            f"of {grid[1]} × {grid[0]} blocks: choose smaller radii, fewer blocks or larger pictures."
        )
    counts = np.zeros((3, blocks * patterns))
    for t in range(rt, frames - rt):
        centre = clip[t, ry : height - ry, rx : width - rx]
        for plane, offsets in enumerate(_planes(radii, points)):
            code = np.zeros(centre.shape, np.uint8)
            for bit, offset in enumerate(offsets):
                code |= _at_least(clip, t, offset, radii, centre).view(np.uint8) << np.uint8(bit)
            counts[plane] += np.bincount((place + code).ravel(), minlength=blocks * patterns)
    histograms = counts.reshape(3, blocks, patterns).swapaxes(0, 1)
    return (histograms / histograms.sum(axis=2, keepdims=True)).astype(np.float32).ravel()


def _planes(radii: tuple[int, int, int], points: int) -> Iterator[np.ndarray]:
    """The three planes' neighbours: (points, 3) float64 offsets along x, y and t each."""
    angle = 2 * np.pi * np.arange(points) / points
    cos, sin, still = np.cos(angle), np.sin(angle), np.zeros(points)
    for parts in ((cos, -sin, still), (cos, still, sin), (still, -sin, cos)):
        # Rounded, so that a neighbour on a pixel is on it.
        yield np.round(np.stack(parts, axis=1) * radii, 9)


def _at_least(
    clip: np.ndarray, t: int, offset: np.ndarray, radii: tuple[int, int, int], centre: np.ndarray
) -> np.ndarray:
    """Where the neighbour at ``offset`` of frame t's pixels is at least as bright as they are: bool, as ``centre``."""
    rx, ry, _ = radii
    height, width = centre.shape
    low = np.floor(offset).astype(int)
    share = offset - low
    if not share.any():
        dx, dy, dt = low
        return clip[t + dt, ry + dy : ry + dy + height, rx + dx : rx + dx + width] >= centre
    value = np.zeros(centre.shape, np.float32)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share))
        if weight > 0:
            dx, dy, dt = low + corner
            value += np.float32(weight) * clip[t + dt, ry + dy : ry + dy + height, rx + dx : rx + dx + width]
    return value >= centre - np.float32(_ROUNDING)
