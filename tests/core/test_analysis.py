"""From frames, alignment and marks to a measurement with warnings."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.analysis import measure_clip, settings_for, settings_mismatch
from mer_core.clips import open_clip
from mer_core.errors import ClipError, MerError
from mer_core.faces import Alignment, align_clip, align_face, find_faces, whole_frame
from mer_core.flow import FlowSettings, feature_cube
from tests.moving_face import Pictures, alignment, before_a_wall, moved, noisy, portrait, similarity, smile, true_flow
from tests.real_data import REAL, REASON


def warnings_of(onset: np.ndarray, apex: np.ndarray, align: Alignment | None = None) -> str:
    return " ".join(measure_clip([onset, apex].__getitem__, align or alignment(), 0, 1).warnings)


def test_a_measurement_holds_field_cube_and_apex() -> None:
    frames = [portrait(), moved(expression=smile(1))]
    found = measure_clip(frames.__getitem__, alignment(), 0, 1)
    assert found.warnings == ()
    assert found.field.u.shape == (224, 224)
    np.testing.assert_array_equal(found.cube, feature_cube(found.field))
    assert found.apex.shape == (112, 112)
    assert found.apex.dtype == np.uint8
    half = cv2.resize(alignment().crop(frames[1]), (112, 112), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(found.apex, half)


def test_the_onset_face_goes_along_with_the_head() -> None:
    """So that apex minus onset shows the expression, and no edge of the head."""
    head = similarity(1.0, 1.0, (3, 2), (224, 200))
    still, smiling = (
        measure_clip([portrait(), moved(head, expression)].__getitem__, alignment(), 0, 1)
        for expression in (None, smile(3))
    )
    assert still.onset.dtype == np.uint8
    assert still.onset.shape == still.apex.shape
    start = cv2.resize(alignment().crop(portrait()), (112, 112), interpolation=cv2.INTER_AREA)
    left_behind = np.abs(still.apex.astype(float) - start)[5:-5, 5:-5]
    carried, smiled = (np.abs(one.apex.astype(float) - one.onset)[5:-5, 5:-5] for one in (still, smiling))
    assert carried.mean() < 0.25 * left_behind.mean()
    mouth = np.s_[70:100, 20:92]
    assert smiled[mouth].mean() > 3 * carried[mouth].mean()


def test_the_size_of_the_crop_is_a_setting_and_motion_scales_with_it() -> None:
    frames = [portrait(), moved(expression=smile(2))]
    large, small = (measure_clip(frames.__getitem__, alignment(), 0, 1, FlowSettings(size=n)) for n in (224, 112))
    assert small.field.u.shape == (112, 112)
    np.testing.assert_allclose(small.cube[14:, :, 1].mean() * 2, large.cube[14:, :, 1].mean(), rtol=0.3)


def test_measuring_backwards_turns_the_signs() -> None:
    frames = [portrait(), moved(expression=smile(1.5))]
    there = measure_clip(frames.__getitem__, alignment(), 0, 1)
    back = measure_clip(frames.__getitem__, alignment(), 1, 0)
    assert np.corrcoef(there.cube[..., 1].ravel(), -back.cube[..., 1].ravel())[0, 1] > 0.9
    assert "backwards" in " ".join(back.warnings)


def test_a_head_that_leaves_the_crop_s_edge_is_followed() -> None:
    head = similarity(1.5, 1.0, (7, 5), (224, 200))
    expected = measure_clip([portrait(), moved(expression=smile(1))].__getitem__, alignment(), 0, 1)
    found = measure_clip([portrait(), moved(head, smile(1))].__getitem__, alignment(), 0, 1)
    assert found.warnings == ()
    for channel in range(3):
        assert np.corrcoef(found.cube[..., channel].ravel(), expected.cube[..., channel].ravel())[0, 1] > 0.9


def test_every_doubt_is_one_clear_sentence() -> None:
    picture = portrait()
    still_sentence = warnings_of(picture, picture)
    assert still_sentence == "Hardly anything moves between onset and apex: no more than sensor noise would."
    assert "Hardly anything" in warnings_of(noisy(picture, 1, 1), noisy(picture, 1, 2))
    assert "The head moved by" in warnings_of(picture, moved(similarity(shift=(25, 5))))
    assert "too much for a micro-expression" in warnings_of(picture, moved(expression=smile(12)))
    assert "whole frame is measured, as chosen" in warnings_of(
        picture, moved(expression=smile(1)), whole_frame(440, 440)
    )
    points = Alignment(alignment().matrix, 224, "points")
    assert "Only five points" in warnings_of(picture, moved(expression=smile(1)), points)
    tiny = cv2.resize(picture, (88, 88), interpolation=cv2.INTER_AREA)
    assert "17 px apart" in warnings_of(tiny, tiny, align_face(find_faces(tiny)[0]))
    (same,) = measure_clip([picture].__getitem__, alignment(), 0, 0).warnings
    assert "same frame" in same


def test_what_reading_raises_passes_through() -> None:
    def read(index: int) -> np.ndarray:
        raise ClipError(f"Frame {index} is damaged.")

    with pytest.raises(ClipError, match="Frame 3 is damaged"):
        measure_clip(read, alignment(), 3, 4)


def test_a_model_s_flow_settings_come_from_its_card() -> None:
    trained = FlowSettings("tvl1", 2.0)
    card = {"features": {"flow": trained.to_dict()}}
    assert settings_for(card) == trained
    assert settings_for({"features": {}}) == settings_for({}) == FlowSettings()
    assert settings_mismatch(card, trained) == ()
    assert settings_mismatch({}, trained) == ()
    assert "measured differently" in settings_mismatch(card, FlowSettings())[0]
    older = {"features": {"flow": {**trained.to_dict(), "recipe": 0}}}
    assert settings_mismatch(older, settings_for(older))
    with pytest.raises(MerError, match="wavelets"):
        settings_for({"features": {"flow": {"method": "wavelets"}}})


def test_align_then_measure_a_clip() -> None:
    clip = Pictures([moved(expression=smile(amount), noise=1, seed=i) for i, amount in enumerate((0, 0.4, 1, 0.5, 0))])
    found = measure_clip(clip.read, align_clip(clip), 0, 2)
    strain = found.cube[..., 2]
    assert strain[14:].mean() > 1.8 * strain[:10].mean()


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_a_real_smile_strains_mouth_and_cheeks() -> None:
    assert REAL is not None
    with open_clip(Path(REAL) / "clips" / "smile_640x360_30fps.mp4") as clip:
        align = align_clip(clip)
        assert align.source == "mesh"
        found = measure_clip(clip.read, align, 9, 18)
    strain = found.cube[2:-2, 2:-2, 2]
    assert strain[12:].mean() > 2 * strain[:10].mean()


def test_a_head_that_wanders_through_the_clip_is_aligned_at_the_onset() -> None:
    far = similarity(shift=(60, 30))
    clip = Pictures([moved(far), moved(far, smile(1)), portrait(), portrait(), portrait()])
    align = align_clip(clip, range(5))
    assert align.drift > 0.3
    found = measure_clip(clip.read, align, 0, 1)
    expected = measure_clip([portrait(), moved(expression=smile(1))].__getitem__, alignment(), 0, 1)
    shift = found.alignment.to_source(np.array([[112, 112]])) - alignment().to_source(np.array([[112, 112]]))
    np.testing.assert_allclose(shift, [[60, 30]], atol=2)
    assert np.corrcoef(found.cube[..., 1].ravel(), expected.cube[..., 1].ravel())[0, 1] > 0.9
    black = [np.zeros_like(portrait())] * 2
    assert "No face is seen in the onset frame" in measure_clip(black.__getitem__, align, 0, 1).warnings[0]


def test_a_head_that_stays_keeps_the_clip_s_alignment() -> None:
    clip = Pictures([portrait(), moved(similarity(shift=(3, 2))), moved(expression=smile(1))])
    align = align_clip(clip, range(3))
    assert 0 < align.drift < 0.05
    assert measure_clip(clip.read, align, 0, 2).alignment is align


def test_what_is_behind_a_moving_head_is_not_measured() -> None:
    """The head moves, the wall does not: with the head's motion taken out, the wall must not seem to move."""
    head = similarity(0.5, 1.0, (1.5, 1.0), (224, 200))
    frames = [before_a_wall(portrait()), before_a_wall(moved(head, smile(1)), head)]
    skin = alignment().skin
    assert skin is not None
    found = measure_clip(frames.__getitem__, alignment(), 0, 1).field
    assert found.magnitude[skin == 0].max() == 0
    blind = Alignment(alignment().matrix)  # same crop, but nothing known of where the face ends
    seen = measure_clip(frames.__getitem__, blind, 0, 1).field
    u, v = true_flow(smile(1))
    errors = [np.hypot(field.u - u, field.v - v).mean() for field in (found, seen)]
    assert errors[0] < 0.6 * errors[1]
