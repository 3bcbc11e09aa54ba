"""The cube that a network reads: order, orientation, area means."""

import numpy as np

from mer_core.flow import FlowField, FlowSettings, feature_cube, measure, strain_magnitude
from mer_core.flow.head_motion import still
from tests.moving_face import alignment, moved, portrait, smile


def field_of(u: np.ndarray, v: np.ndarray) -> FlowField:
    return FlowField(u, v, strain_magnitude(u, v), still(*u.shape))


def test_cells_are_area_means_in_place() -> None:
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 224, 224)).astype(np.float32)
    field = field_of(u, v)
    cube = feature_cube(field)
    assert cube.shape == (28, 28, 3)
    assert cube.dtype == np.float32
    for channel, plane in enumerate((u, v, field.strain)):
        expected = plane.reshape(28, 8, 28, 8).mean(axis=(1, 3))
        np.testing.assert_allclose(cube[..., channel], expected, atol=1e-5)


def test_the_mean_is_kept_at_other_sizes() -> None:
    u = np.random.default_rng(0).normal(1, 1, (150, 150)).astype(np.float32)
    np.testing.assert_allclose(
        feature_cube(field_of(u, -u))[..., :2].mean(axis=(0, 1)), [u.mean(), -u.mean()], rtol=1e-4
    )


def test_a_smile_reads_as_corners_up_and_out_in_the_lower_half() -> None:
    onset, apex = (alignment().crop(picture) for picture in (portrait(), moved(expression=smile(2))))
    cube = feature_cube(measure(onset, apex, FlowSettings(), alignment().stable))
    left, right = cube[17:24, 4:10], cube[17:24, 18:24]
    assert left[..., 0].mean() < -0.2  # the picture's left corner to the left
    assert right[..., 0].mean() > 0.2
    assert left[..., 1].mean() < -0.2  # both up
    assert right[..., 1].mean() < -0.2
    strain = cube[..., 2]
    assert strain[14:].mean() > 3 * strain[:10].mean()
