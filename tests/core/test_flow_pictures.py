"""Direction as colour and as arrows: right is right and down is down."""

import numpy as np
import pytest

from mer_core.flow.pictures import arrows, direction_picture, wheel_picture

WHEEL = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]], np.uint8)  # right, down, left, up
GREY = np.full(3, 100, np.float32)


@pytest.mark.parametrize(("u", "v", "place"), [(1, 0, 0), (0, 1, 1), (-1, 0, 2), (0, -1, 3)])
def test_each_direction_has_the_wheel_s_colour(u: float, v: float, place: int) -> None:
    field = np.full((2, 3), u, np.float32), np.full((2, 3), v, np.float32)
    picture = direction_picture(*field, 1.0, WHEEL, GREY)
    assert picture.shape == (2, 3, 3)
    assert picture.dtype == np.uint8
    assert (picture == WHEEL[place]).all()
    assert (direction_picture(*field, 0.5, WHEEL, GREY) == WHEEL[place]).all()  # beyond the scale's end no further
    half = direction_picture(*field, 2.0, WHEEL, GREY)
    np.testing.assert_allclose(half[0, 0], (WHEEL[place].astype(float) + 100) / 2, atol=1)


def test_no_motion_is_neutral() -> None:
    still = np.zeros((4, 4), np.float32)
    assert (direction_picture(still, still, 1.0, WHEEL, GREY) == 100).all()


def test_the_key_shows_each_colour_in_its_direction() -> None:
    key = wheel_picture(41, WHEEL, GREY)
    assert key.shape == (41, 41, 4)
    for (row, column), place in (((20, 39), 0), ((39, 20), 1), ((20, 1), 2), ((1, 20), 3)):
        assert np.abs(key[row, column, :3].astype(int) - WHEEL[place]).max() < 20
    assert key[0, 0, 3] == 0
    assert (key[20, 20] == (100, 100, 100, 255)).all()


def test_an_arrow_starts_where_the_skin_was_and_is_a_step_long_at_the_scale_s_end() -> None:
    u, v = np.zeros((40, 40), np.float32), np.zeros((40, 40), np.float32)
    u[5, 15], v[25, 35] = 0.5, -0.25
    segments = arrows(u, v, 10, 0.5)
    assert segments.shape == (6, 2, 2)  # two arrows of three strokes; where nothing moves there is none
    np.testing.assert_allclose(segments[0], [[15, 5], [25, 5]])
    np.testing.assert_allclose(segments[1], [[35, 25], [35, 20]])
    # The head's strokes lead back from the tip, one on either side.
    for stroke in (segments[2], segments[4]):
        np.testing.assert_allclose(stroke[0], [25, 5])
        assert stroke[1, 0] < 25
    assert (segments[2][1, 1] - 5) * (segments[4][1, 1] - 5) < 0
