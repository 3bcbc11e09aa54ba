"""Flow against known motion of a real face; head motion; settings."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.flow import FLOW_METHODS, FlowSettings, measure, optical_flow, strain_magnitude
from mer_core.flow.head_motion import HeadMotion, fit_head_motion, remove_head_motion, still
from tests.moving_face import alignment, moved, noisy, portrait, similarity, smile, true_flow

INSIDE = np.s_[12:-12, 12:-12]


def crop(picture: np.ndarray) -> np.ndarray:
    return alignment().crop(picture)


@pytest.mark.parametrize("method", FLOW_METHODS)
@pytest.mark.parametrize("shift", [(0.4, 0.0), (-1.0, 0.7)])
def test_a_shift_is_measured_with_its_sign(method: str, shift: tuple[float, float]) -> None:
    settings = FlowSettings(method, remove_head_motion=False)
    expected = alignment().matrix[:, :2] @ shift
    u, v = optical_flow(crop(portrait()), crop(moved(similarity(shift=shift))), settings)
    assert u.dtype == v.dtype == np.float32
    assert np.hypot(np.median(u) - expected[0], np.median(v) - expected[1]) < (0.2 if method == "farneback" else 0.08)


@pytest.mark.parametrize(
    ("method", "error", "likeness"),
    [("dis", 0.08, 0.8), ("tvl1", 0.08, 0.9), ("deepflow", 0.08, 0.7), ("farneback", 0.12, 0.6)],
)
def test_a_smile_of_one_pixel_is_measured_under_noise(method: str, error: float, likeness: float) -> None:
    field = measure(
        crop(noisy(portrait(), 1.5, 1)), crop(moved(expression=smile(1), noise=1.5)), FlowSettings(method),
        alignment().stable,
    )  # fmt: skip
    u, v = true_flow(smile(1))
    assert np.hypot(field.u - u, field.v - v)[INSIDE].mean() < error
    assert np.hypot(u, v)[INSIDE].mean() > 2.4 * error  # the motion itself, or the bound above would say nothing
    expected = strain_magnitude(u, v)[INSIDE].ravel()
    assert np.corrcoef(field.strain[INSIDE].ravel(), expected)[0, 1] > likeness


def test_a_third_of_a_pixel_is_seen_where_it_happens() -> None:
    field = measure(
        crop(noisy(portrait(), 1, 1)), crop(moved(expression=smile(0.3), noise=1)), FlowSettings(), alignment().stable
    )
    _, v = true_flow(smile(0.3))
    lifted = v < 0.6 * v.min()
    assert field.v[lifted].mean() == pytest.approx(v[lifted].mean(), rel=0.3)
    assert np.abs(field.v[:60]).mean() < 0.2 * np.abs(field.v[lifted]).mean()


HEAD = similarity(2, 1.01, (3, -4), (224, 200))


def test_a_still_face_on_a_moving_head_strains_no_more_than_noise() -> None:
    """The head moves 5 px and 2° in the source."""
    onset, apex = crop(noisy(portrait(), 2, 1)), moved(HEAD, noise=2)
    noise = measure(onset, crop(noisy(portrait(), 2, 2)), FlowSettings(), alignment().stable)
    field = measure(
        onset,
        crop(apex),
        FlowSettings(),
        alignment().stable,
        lambda head: alignment().following(head.matrix).crop(apex),
    )
    assert field.strain.mean() < 1.3 * noise.strain.mean()
    assert field.magnitude.mean() < 0.1
    assert field.head_motion.degrees == pytest.approx(2, abs=0.05)
    assert field.head_motion.scale == pytest.approx(1.01, abs=0.001)
    left_in = measure(onset, crop(apex), FlowSettings(remove_head_motion=False), alignment().stable)
    assert left_in.magnitude.mean() > 3
    np.testing.assert_array_equal(left_in.head_motion.matrix, np.eye(2, 3))


def test_a_smile_on_a_moving_head_is_that_of_a_still_one() -> None:
    apex = moved(HEAD, smile(1.5))
    field = measure(
        crop(portrait()), crop(apex), FlowSettings(), alignment().stable,
        lambda head: alignment().following(head.matrix).crop(apex),
    )  # fmt: skip
    u, v = true_flow(smile(1.5))
    assert np.hypot(field.u - u, field.v - v)[INSIDE].mean() < 0.1


@pytest.mark.parametrize("known", [True, False])
def test_head_motion_is_fitted_beside_an_expression(known: bool) -> None:
    to_crop = np.vstack([alignment().matrix, [0, 0, 1]])
    truth = (to_crop @ np.vstack([similarity(0.5, 1.003, (0.8, 0.5), (224, 200)), [0, 0, 1]]) @ np.linalg.inv(to_crop))[
        :2
    ]
    y, x = np.mgrid[0:224, 0:224].astype(np.float64)
    u, v = true_flow(smile(2))
    at_x, at_y = x + u, y + v
    carried_u = (truth[0, 0] * at_x + truth[0, 1] * at_y + truth[0, 2] - x).astype(np.float32)
    carried_v = (truth[1, 0] * at_x + truth[1, 1] * at_y + truth[1, 2] - y).astype(np.float32)
    head = fit_head_motion(carried_u, carried_v, alignment().stable if known else None)
    left_u, left_v = remove_head_motion(carried_u, carried_v, head)
    assert np.hypot(left_u - u, left_v - v).max() < 0.15
    exact_u, exact_v = remove_head_motion(carried_u, carried_v, HeadMotion(truth, (111.5, 111.5)))
    assert np.hypot(exact_u - u, exact_v - v).max() < 1e-3


def test_an_expression_of_half_the_face_does_not_pull_the_head() -> None:
    u = np.zeros((224, 224), np.float32)
    v = np.where(np.mgrid[0:224, 0:224][0] > 100, np.float32(-2), np.float32(0))
    head = fit_head_motion(u, v, alignment().stable)
    assert head.pixels < 0.1


def test_head_motions_combine_as_matrices() -> None:
    first, second = (HeadMotion(similarity(d, s, (1, 2)), (50.0, 50.0)) for d, s in ((1, 1.1), (2, 0.9)))
    both = second.after(first)
    assert both.degrees == pytest.approx(3)
    assert both.scale == pytest.approx(0.99)
    point = np.array([10, 20, 1.0])
    np.testing.assert_allclose(both.matrix @ point, second.matrix @ np.append(first.matrix @ point, 1))


def test_no_motion_is_still() -> None:
    assert still(10, 20).shift == (0, 0)
    assert still(10, 20).pixels == 0


def test_equal_pictures_do_not_move() -> None:
    for method in FLOW_METHODS:
        field = measure(crop(portrait()), crop(portrait()), FlowSettings(method), alignment().stable)
        assert field.magnitude.mean() < 0.01, method


@pytest.mark.parametrize("method", ["dis", "tvl1", "deepflow"])
def test_flicker_is_no_motion(method: str) -> None:
    onset = crop(noisy(portrait(), 1, 1))
    dimmed = np.rint(crop(noisy(portrait(), 1, 2)) * 0.93 + 3).astype(np.uint8)
    assert measure(onset, dimmed, FlowSettings(method), alignment().stable).magnitude.mean() < 0.05


def test_mirrored_pictures_give_mirrored_flow() -> None:
    onset, apex = crop(portrait()), crop(moved(expression=smile(1.5)))
    plain = measure(onset, apex, FlowSettings())
    mirrored = measure(cv2.flip(onset, 1), cv2.flip(apex, 1), FlowSettings())
    assert np.abs(mirrored.u[:, ::-1] + plain.u)[INSIDE].mean() < 0.05
    assert np.abs(mirrored.v[:, ::-1] - plain.v)[INSIDE].mean() < 0.05


def test_smoothing_smooths() -> None:
    onset, apex = crop(noisy(portrait(), 3, 1)), crop(noisy(portrait(), 3, 2))
    strains = [measure(onset, apex, FlowSettings(smoothing=sigma)).strain.mean() for sigma in (0, 3, 6)]
    assert strains[0] > strains[1] > strains[2]


def test_settings_survive_a_round_trip_and_name_their_recipe() -> None:
    settings = FlowSettings("tvl1", 1.5, 112, False)
    assert FlowSettings.from_dict(settings.to_dict()) == settings
    assert "recipe" in settings.to_dict()
    assert FlowSettings.from_dict({"method": "deepflow"}).smoothing == 3.0


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"method": "magic"}, "dis, tvl1, deepflow, farneback"),
        ({"smoothing": -1}, "smoothing"),
        ({"smoothing": None}, "smoothing"),
        ({"size": 3}, "56 to 2048"),
        ({"colour": 1}, "colour"),
    ],
)
def test_senseless_settings_are_refused_in_a_sentence(values: dict[str, object], word: str) -> None:
    with pytest.raises(MerError, match=word):
        FlowSettings.from_dict(values)


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="one size"):
        optical_flow(np.zeros((60, 60), np.uint8), np.zeros((60, 61), np.uint8), FlowSettings())


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_measuring_twice_gives_the_same_numbers_from_any_thread(method: str) -> None:
    onset, apex = crop(portrait()), crop(moved(similarity(shift=(2, 1)), smile(1)))
    first = measure(onset, apex, FlowSettings(method), alignment().stable)
    with ThreadPoolExecutor(2) as pool:
        again = [pool.submit(measure, onset, apex, FlowSettings(method), alignment().stable) for _ in range(3)]
        for found in again:
            np.testing.assert_array_equal(found.result().u, first.u)
            np.testing.assert_array_equal(found.result().strain, first.strain)


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_what_was_measured_before_changes_nothing(method: str) -> None:
    onset, apex = crop(portrait()), crop(moved(similarity(shift=(2, 1)), smile(1)))
    settings = FlowSettings(method)
    first = measure(onset, apex, settings, alignment().stable)
    small, smaller = cv2.resize(onset, (80, 80)), cv2.resize(apex, (80, 80))
    measure(small, smaller, settings)
    measure(np.tile(onset, (2, 2)), np.tile(apex, (2, 2)), settings)
    again = measure(onset, apex, settings, alignment().stable)
    np.testing.assert_array_equal(again.u, first.u)
