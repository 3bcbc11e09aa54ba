"""Descriptors against cases worked by hand and against slow, plain code of their definitions."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from mer_core.descriptors import hog3d, hoof, lbp_top, pair_flows
from mer_core.errors import FeatureError

RANDOM = np.random.default_rng(0)
T, Y, X = np.mgrid[0:10, 0:12, 0:12]


def _code(clip: np.ndarray, plane: int) -> int:
    """The one pattern that all of a plane's centres have."""
    histogram = lbp_top(clip.astype(np.uint8), grid=(1, 1)).reshape(3, 16)[plane]
    assert histogram.sum() == pytest.approx(1)
    assert histogram.max() == pytest.approx(1)
    return int(histogram.argmax())


@pytest.mark.parametrize(
    ("clip", "codes"),
    [
        (0 * T + 7, (15, 15, 15)),  # all alike: every neighbour is at least as bright
        (20 * X, (11, 11, 15)),  # the neighbour to the left is darker: bit 2 of XY and of XT
        (20 * Y, (13, 15, 13)),  # the one above is darker: bit 1 of XY and, unlike the XT plane turned, of YT
        (20 * T, (15, 7, 11)),  # the one before is darker: bit 3 of XT, bit 2 of YT
    ],
)
def test_lbp_top_of_ramps_worked_by_hand(clip: np.ndarray, codes: tuple[int, int, int]) -> None:
    assert tuple(_code(clip, plane) for plane in range(3)) == codes


def _blocks(shape: tuple[int, ...], grid: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """(t, y, x, block) of every pixel."""
    for t, y, x in np.ndindex(*shape):
        yield t, y, x, y * grid[0] // shape[1] * grid[1] + x * grid[1] // shape[2]


def _plain_lbp_top(clip: np.ndarray, radii: tuple[int, int, int], points: int, grid: tuple[int, int]) -> np.ndarray:
    rx, ry, rt = radii
    counts = np.zeros((grid[0] * grid[1], 3, 2**points))
    for t, y, x, block in _blocks(clip.shape, grid):
        if not (rt <= t < clip.shape[0] - rt and ry <= y < clip.shape[1] - ry and rx <= x < clip.shape[2] - rx):
            continue
        for plane in range(3):
            code = 0
            for p in range(points):
                a = 2 * math.pi * p / points
                at = (
                    (t, y - ry * math.sin(a), x + rx * math.cos(a)),
                    (t + rt * math.sin(a), y, x + rx * math.cos(a)),
                    (t + rt * math.cos(a), y - ry * math.sin(a), x),
                )[plane]
                value = map_coordinates(clip.astype(float), np.array(at)[:, None], order=1, mode="nearest")[0]
                code += (value >= clip[t, y, x] - 1e-3) << p
            counts[block, plane, code] += 1
    return (counts / counts.sum(axis=2, keepdims=True)).ravel()


@pytest.mark.parametrize(
    ("shape", "radii", "points", "grid"),
    [((10, 7, 9), (1, 1, 4), 4, (2, 3)), ((7, 9, 10), (2, 1, 2), 8, (1, 2)), ((5, 8, 8), (1, 2, 2), 6, (2, 1))],
)
def test_lbp_top_is_what_its_definition_gives(
    shape: tuple[int, int, int], radii: tuple[int, int, int], points: int, grid: tuple[int, int]
) -> None:
    clip = RANDOM.integers(0, 12, shape, dtype=np.uint8)  # few greys: many neighbours are equal to the centre
    result = lbp_top(clip, radii=radii, points=points, grid=grid)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, _plain_lbp_top(clip, radii, points, grid), atol=1e-6)


def test_lbp_top_of_the_baseline_has_1200_numbers() -> None:
    assert lbp_top(np.zeros((10, 112, 112), np.uint8)).shape == (1200,)


def test_hog3d_of_a_moving_ramp_worked_by_hand() -> None:
    # I = 10 x − 6 t + 100: (I_x, I_y) at 0°, (I_x, I_t) at −31°, (I_y, I_t) at −90°; halves at the edges do not count
    # within: the middle block of three by three.
    clip = (10 * X - 6 * T + 100).astype(np.uint8)
    middle = hog3d(clip, grid=(3, 3), parts=5).reshape(5, 9, 32)[2, 4]
    expected = np.zeros(32)
    expected[[0, 8 + 10, 20 + 9]] = 1
    np.testing.assert_allclose(middle, expected, atol=1e-6)


def _plain_hog3d(clip: np.ndarray, grid: tuple[int, int], parts: int) -> np.ndarray:
    values = np.pad(clip.astype(float), 1, mode="edge")
    sums = np.zeros((parts, grid[0] * grid[1], 3, 12))
    for t, y, x, block in _blocks(clip.shape, grid):
        at = (t + 1, y + 1, x + 1)
        steps = []
        for axis in (2, 1, 0):
            step = np.eye(3, dtype=int)[axis]
            steps.append((values[tuple(at + step)] - values[tuple(at - step)]) / 2)
        i_x, i_y, i_t = steps
        for plane, (first, second, bins) in enumerate(((i_x, i_y, 8), (i_x, i_t, 12), (i_y, i_t, 12))):
            angle = math.atan2(second * (1 - 1e-6), first) % (2 * math.pi)  # diagonals go to the side of ±x
            sums[t * parts // len(clip), block, plane, int(angle / (2 * math.pi) * bins)] += math.hypot(first, second)
    sums /= np.maximum(np.linalg.norm(sums, axis=3, keepdims=True), 1e-9)
    return np.concatenate([sums[:, :, 0, :8], sums[:, :, 1], sums[:, :, 2]], axis=2).ravel()


@pytest.mark.parametrize(("grid", "parts"), [((2, 3), 2), ((1, 1), 3)])
def test_hog3d_is_what_its_definition_gives(grid: tuple[int, int], parts: int) -> None:
    clip = RANDOM.integers(0, 20, (5, 9, 10), dtype=np.uint8)
    np.testing.assert_allclose(hog3d(clip, grid=grid, parts=parts), _plain_hog3d(clip, grid, parts), atol=1e-6)


def test_nothing_changes_nothing_shows() -> None:
    assert not hog3d(np.full((4, 10, 10), 9, np.uint8)).any()
    assert not hoof(np.zeros((2, 10, 10, 2), np.float32)).any()


def test_hoof_worked_by_hand() -> None:
    flow = np.zeros((1, 4, 8, 2), np.float32)
    flow[0, :, :4, 0] = 2  # the left half to the right: 16 × 2
    flow[0, :, 4:, 1] = -3  # the right half up: 16 × 3
    plain = hoof(flow, grid=(1, 2)).reshape(2, 8)
    assert plain[0, 0] == pytest.approx(0.4)
    assert plain[1, 6] == pytest.approx(0.6)
    assert np.count_nonzero(plain) == 2
    np.testing.assert_allclose(hoof(7 * flow, grid=(1, 2)), plain.ravel(), rtol=1e-6)  # strength drops out


def test_hoof_in_spans_of_time() -> None:
    flow = np.zeros((4, 4, 4, 2), np.float32)
    flow[:2, ..., 1], flow[2:, ..., 1] = 1, -1  # down, then up
    there, back = hoof(flow, grid=(1, 1), parts=2).reshape(2, 8)
    assert (there[2], back[6]) == (1, 1)


@pytest.mark.parametrize(("x", "y", "which"), [(2, 0, 4), (-2, 0, 4), (0, -1, 0), (0, 1, 7), (-1, 1.5, 6), (1, 1.5, 6)])
def test_chaudhrys_bins_know_no_left_and_right(x: float, y: float, which: int) -> None:
    flow = np.zeros((1, 3, 3, 2), np.float32) + np.array([x, y], np.float32)
    histogram = hoof(flow, grid=(1, 1), mirror=True)
    assert histogram[which] == pytest.approx(1)
    assert histogram.shape == (8,)


def _plain_hoof(flow: np.ndarray, bins: int, grid: tuple[int, int], parts: int, mirror: bool) -> np.ndarray:
    sums = np.zeros((parts, grid[0] * grid[1], bins))
    for t, y, x, block in _blocks(flow.shape[:3], grid):
        u, v = map(float, flow[t, y, x])
        if mirror:
            which = min(int((math.degrees(math.atan2(v, abs(u))) + 90) / 180 * bins), bins - 1)
        else:
            which = round(math.atan2(v, u) / (2 * math.pi) * bins) % bins
        sums[t * parts // len(flow), block, which] += math.hypot(u, v)
    return (sums / sums.sum(axis=(1, 2), keepdims=True)).ravel()


@pytest.mark.parametrize(("bins", "mirror"), [(8, False), (6, False), (8, True), (5, True)])
def test_hoof_is_what_its_definition_gives(bins: int, mirror: bool) -> None:
    flow = RANDOM.normal(size=(4, 9, 11, 2)).astype(np.float32)
    expected = _plain_hoof(flow, bins, (2, 3), 2, mirror)
    # A vector within OpenCV's 0.01° of a border may count beside it: at most one of these.
    assert np.abs(hoof(flow, bins=bins, grid=(2, 3), parts=2, mirror=mirror) - expected).sum() < 0.01


def test_pair_flows_see_what_moves_against_the_head() -> None:
    picture = cv2.GaussianBlur(RANDOM.integers(0, 255, (90, 90), dtype=np.uint8), (0, 0), 2)
    y, x = np.mgrid[0:80, 0:80].astype(np.float32)
    bump = np.exp(-((x - 25) ** 2 + (y - 50) ** 2) / 150)

    def frame(t: int) -> np.ndarray:  # all of it drifts to the right, a spot moves down
        return cv2.remap(picture, x + 5 - 0.5 * t, y + 5 - 0.8 * t * bump, cv2.INTER_CUBIC)

    flows = pair_flows(np.stack([frame(t) for t in range(3)]))
    assert flows.shape == (2, 80, 80, 2)
    assert np.abs(np.median(flows, axis=(1, 2))).max() < 0.05
    assert flows[:, 50, 25, 1] == pytest.approx([0.8, 0.8], abs=0.25)
    spot = hoof(flows, grid=(1, 1))
    assert spot.argmax() == 2  # down


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: lbp_top(np.zeros((8, 20, 20), np.uint8)), "too few or too small"),
        (lambda: lbp_top(np.zeros((10, 20, 20), np.float32)), "grey frames"),
        (lambda: lbp_top(np.zeros((10, 20, 20), np.uint8), points=9), "1 to 8 points"),
        (lambda: lbp_top(np.zeros((10, 7, 7), np.uint8)), "radius of 1 across and 1 down a face of 7 × 7 pixels"),
        (
            lambda: lbp_top(np.zeros((10, 112, 112), np.uint8), radii=(1, 30, 4)),
            "no pixel left in some of 5 × 5 blocks",
        ),
        (
            lambda: lbp_top(np.zeros((10, 112, 112), np.uint8), radii=(30, 1, 4)),
            "no pixel left in some of 5 × 5 blocks",
        ),
        (lambda: hog3d(np.zeros((1, 20, 20), np.uint8)), "too few or too small"),
        (lambda: hog3d(np.zeros((10, 20, 20, 3), np.uint8)), "grey frames"),
        (lambda: hoof(np.zeros((20, 20, 2), np.float32)), "HOOF reads flow"),
        (lambda: pair_flows(np.zeros((1, 20, 20), np.uint8)), "too few or too small"),
    ],
)
def test_what_cannot_be_described(call: object, sentence: str) -> None:
    assert callable(call)
    with pytest.raises(FeatureError, match=sentence):
        call()
