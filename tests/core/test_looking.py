"""Views for the eye: they show what is there, only larger, and leave alone what does not move."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.faces import whole_frame
from mer_core.flow import FlowSettings
from mer_core.looking import Comparison, compare, difference, magnified, steadied
from tests.moving_face import alignment, before_a_wall, moved, noisy, portrait, similarity, smile

HEAD = similarity(1, 1.0, (4, -3), (224, 200))


def seen(later: np.ndarray, onset: np.ndarray | None = None) -> Comparison:
    frames = [portrait() if onset is None else onset, later]
    return compare(frames.__getitem__, alignment(), 0, 1, FlowSettings())


def distance(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other).mean(axis=-1)[where].mean())


def test_magnified_four_times_is_as_if_the_smile_were_four_times_as_large() -> None:
    comparison = seen(moved(expression=smile(1)))
    truth = comparison.at.crop_rgb(moved(expression=smile(4)))
    moves = np.abs(truth.astype(int) - comparison.onset).max(axis=-1) > 20
    before = distance(comparison.later, truth, moves)
    assert distance(magnified(comparison, 4), truth, moves) < 0.5 * before
    np.testing.assert_array_equal(magnified(comparison, 1), comparison.later)
    assert distance(magnified(comparison, 0), comparison.onset, moves) < 0.3 * before


def test_a_moving_head_is_not_magnified() -> None:
    later = moved(HEAD, smile(1))
    comparison = seen(later)
    still = seen(moved(expression=smile(1)))
    inside = still.cover > 0.9
    assert distance(comparison.later, still.later, inside) < 3
    assert distance(magnified(comparison, 6), magnified(still, 6), inside) < 5
    # The picture lies where the head is now: outside the face it is the frame.
    again = comparison.at.crop_rgb(later)
    np.testing.assert_array_equal(comparison.later, again)


def test_what_does_not_move_stays_when_magnified() -> None:
    comparison = seen(noisy(portrait(), 1, 2), noisy(portrait(), 1, 1))
    assert distance(magnified(comparison, 8), comparison.later, comparison.cover > 0.9) < 4


def test_the_difference_is_grey_where_nothing_changes_and_blind_to_head_and_lamp() -> None:
    inside = seen(portrait()).cover > 0.9
    dimmed = np.rint(portrait() * 0.93 + 3).astype(np.uint8)
    still = []
    for later in (portrait(), dimmed, moved(HEAD)):
        change = np.abs(difference(seen(later), 1)[inside].astype(int) - 128)
        assert change.mean() < 4
        still.append(np.percentile(change, 98))
    smiling = difference(seen(moved(HEAD, smile(3))), 1)[inside].astype(int) - 128
    assert np.percentile(np.abs(smiling), 98) > 2 * max(still)
    strong = difference(seen(moved(HEAD, smile(3))), 4)[inside].astype(int) - 128
    np.testing.assert_allclose(np.clip(4 * smiling, -128, 127), strong, atol=4)


def test_the_cover_is_the_face() -> None:
    comparison = seen(before_a_wall(portrait()), before_a_wall(portrait()))
    assert comparison.cover.shape == comparison.later.shape[:2]
    assert comparison.cover[comparison.cover.shape[0] // 2, comparison.cover.shape[1] // 2] == 1
    assert comparison.cover[0].max() == comparison.cover[:, -1].max() == 0


def test_a_steadied_frame_is_the_head_in_its_old_place() -> None:
    later = moved(HEAD)
    back = steadied(later, seen(later)).astype(float)
    inside = np.s_[60:-60, 60:-60]
    assert np.abs(back - portrait())[inside].mean() < 0.25 * np.abs(later.astype(float) - portrait())[inside].mean()


def test_the_whole_frame_can_be_looked_at_too() -> None:
    frames = [cv2.resize(each, (200, 150)) for each in (portrait(), moved(expression=smile(2)))]
    comparison = compare(frames.__getitem__, whole_frame(200, 150), 0, 1, FlowSettings())
    assert magnified(comparison, 5).shape == comparison.later.shape


@pytest.mark.parametrize(("pixels", "widest"), [(0.5, 2.0), (1.5, 3.2), (2.5, 8.0)])
def test_far_enlargement_does_not_tear_the_picture(pixels: float, widest: float) -> None:
    """Neighbours stay neighbours: the map from the picture's pixels to those they are taken from folds nowhere.

    In place of the face lie the places of its own pixels, so that what is drawn is the map. Where the skin closes up
    (the cheek before a mouth's corner) neighbours come from `widest` pixels apart at most.
    """
    comparison = seen(moved(expression=smile(pixels)))
    side = len(comparison.later)
    places = np.dstack(np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32)))
    taken = magnified(replace(comparison, later=places), 20)
    assert np.abs(taken - places).max() > 0.5 * 0.7 * pixels * 19 * comparison.at.scale  # it is enlarged
    across, down = np.diff(taken, axis=1)[:-1], np.diff(taken, axis=0)[:, :-1]
    assert max(np.abs(across).max(), np.abs(down).max()) < widest
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]  # the map's Jacobian
    assert area.min() > 0.1


def test_a_smile_magnified_twenty_times_is_nearer_to_one_ten_times_as_large() -> None:
    comparison = seen(moved(expression=smile(0.5)))
    truth = comparison.at.crop_rgb(moved(expression=smile(10)))
    moves = np.abs(truth.astype(int) - comparison.onset).max(axis=-1) > 20
    assert distance(magnified(comparison, 20), truth, moves) < distance(comparison.later, truth, moves)
