"""Facial actions: size, side, course in time; and the one warp that frames and truth share."""

import cv2
import numpy as np
import pytest

from mer_core.datasets.sample.actions import ACTION_UNITS, action_field, course
from mer_core.datasets.sample.face import HEIGHT, MARGIN, WIDTH, Subject, make_subject
from mer_core.datasets.sample.plan import plan_clip
from mer_core.datasets.sample.render import Renderer


@pytest.fixture(scope="module")
def subject() -> Subject:
    return make_subject(1, 0)


def grid(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0 : subject.picture.shape[0], 0 : subject.picture.shape[1]].astype(np.float32)
    return x, y


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_an_action_is_as_large_as_asked(unit: int, subject: Subject) -> None:
    u, v = action_field(((unit, 1, 1),), subject.points, 1.5)(*grid(subject))
    assert np.hypot(u, v).max() == pytest.approx(1.5, rel=0.05)


def test_directions(subject: Subject) -> None:
    """The person's left is the picture's right; u to the right, v down."""
    x, y = (np.array([subject.points["mouth_corner_l"][k]], np.float32) for k in (0, 1))
    assert x[0] > subject.points["mouth_corner_r"][0]
    u, v = action_field(((12, 1, 1),), subject.points, 1.0)(x, y)
    assert u[0] > 0.3  # outwards
    assert v[0] < -0.3  # up
    assert action_field(((15, 1, 1),), subject.points, 1.0)(x, y)[1][0] > 0.5
    right_only = action_field(((12, 1, 0),), subject.points, 1.0)(x, y)
    assert np.hypot(*right_only)[0] < 0.05


@pytest.mark.parametrize(("onset", "apex", "offset", "hold"), [(10, 30, 60, 4), (5, 14, 25, 2)])
def test_course_rises_to_one_peak_and_falls(onset: int, apex: int, offset: int, hold: int) -> None:
    values = course(80, onset, apex, offset, hold)
    assert not values[: onset + 1].any()
    assert not values[offset:].any()
    assert np.flatnonzero(values == values.max()).tolist() == [apex]
    assert values[apex] == pytest.approx(1)
    assert (np.diff(values[onset : apex + 1]) > 0).all()
    assert (np.diff(values[apex : offset + 1]) < 0).all()
    assert np.abs(np.diff(values)).max() < 0.3


@pytest.mark.parametrize("number", [1, 2, 5])
def test_facial_points_lie_on_the_face(number: int) -> None:
    """Pupils are the darkest round the eyes, mirrored or not."""
    subject = make_subject(number, 0)
    grey = cv2.GaussianBlur(cv2.cvtColor(subject.picture, cv2.COLOR_RGB2GRAY), (0, 0), 2)
    for name in ("eye_r", "eye_l"):
        x, y = (round(value) for value in subject.points[name])
        around = grey[y - 18 : y + 19, x - 18 : x + 19]
        dark_y, dark_x = np.unravel_index(np.argmin(around), around.shape)
        assert np.hypot(dark_x - 18, dark_y - 18) < 8
    assert MARGIN < subject.points["eye_r"][0] < subject.points["eye_l"][0] < MARGIN + WIDTH
    assert MARGIN < subject.points["chin"][1] < MARGIN + HEIGHT


def test_warping_the_onset_by_the_truth_gives_the_apex(subject: Subject) -> None:
    """Facial motion and head motion together carry the onset frame's picture onto the apex frame's."""
    plans = (plan_clip(subject, k, "positive", 0) for k in range(1, 8))
    plan = max(plans, key=lambda plan: plan.clip.amplitude)
    renderer = Renderer(subject, plan)
    frames = list(renderer.frames())
    onset, apex = (frames[k].astype(np.float32) / plan.gain[k] for k in (plan.clip.onset, plan.clip.apex))
    u, v = renderer.facial_motion()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    (a, b, c), (d, e, f) = renderer.head_motion()
    to_x, to_y = a * (x + u) + b * (y + v) + c, d * (x + u) + e * (y + v) + f
    back = cv2.remap(apex, to_x.astype(np.float32), to_y.astype(np.float32), cv2.INTER_CUBIC)
    inside = np.s_[20:-20, 20:-20]
    unmoved, moved = (np.abs(other - onset)[inside].mean() for other in (apex, back))
    noise = subject.noise * 2 / np.sqrt(np.pi)  # mean absolute difference of two equal Gaussian noises
    assert moved < 1.25 * noise + 0.5
    assert moved < 0.6 * unmoved
