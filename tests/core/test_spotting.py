"""Spotting: the curve shows a known motion, suggestions lie at the truth, a still clip gives none."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mer_core.clips import Clip, open_clip
from mer_core.errors import Cancelled
from mer_core.spotting import search as search_module
from mer_core.spotting.course import Course, courses
from mer_core.spotting.fit import Movements
from mer_core.spotting.search import Spotting, spot
from tests.moving_face import moved, noisy, portrait, smile


def truth(sample: Path, least: float) -> dict[str, Any]:
    """A folder clip whose expression is at least so many pixels strong."""
    rows = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    return next(row for row in rows if row["amplitude"] > least and not row["path"].endswith(".mp4"))


@pytest.fixture(scope="module")
def spotted(small_sample: Path) -> tuple[dict[str, Any], Spotting]:
    row = truth(small_sample, 1.0)
    with open_clip(small_sample / row["path"], row["fps"]) as clip:
        return row, spot(clip)


def test_marks_are_suggested_where_the_expression_is(spotted: tuple[dict[str, Any], Spotting]) -> None:
    row, found = spotted
    assert found.complete
    best = max(found.suggestions, key=lambda each: each.confidence)
    assert best.onset is not None
    assert best.offset is not None
    assert abs(best.onset - row["onset"]) <= 6
    assert abs(best.apex - row["apex"]) <= 3
    assert abs(best.offset - row["offset"]) <= 6
    assert best.kind == "micro"
    assert best.confidence > 0.7
    assert best.pixels < row["amplitude"]  # of the strongest tenth, not of the strongest point


def test_the_curve_is_in_source_pixels_and_highest_at_the_apex(spotted: tuple[dict[str, Any], Spotting]) -> None:
    row, found = spotted
    whole = found.curve.whole
    assert len(whole) == row["frames"]
    assert list(found.curve.indices) == list(range(row["frames"]))
    at_apex = whole[row["apex"] - 2 : row["apex"] + 3].mean()
    at_rest = np.median(np.concatenate([whole[: row["onset"]], whole[row["offset"] :]]))
    assert 0.25 * row["amplitude"] < at_apex < 1.1 * row["amplitude"]
    assert at_rest < 0.35 * at_apex
    regions = set(found.curve.values) - {"whole face"}
    assert {"left brow", "right mouth corner", "chin"} <= regions
    best = max(found.suggestions, key=lambda each: each.confidence)
    assert set(best.regions) <= regions


class _Still(Clip):
    """Another clip's first frame over and over, with a camera's noise."""

    def __init__(self, clip: Clip, frames: int) -> None:
        self.path, self.fps, self.fps_known = clip.path, clip.fps, True
        self.width, self.height = clip.width, clip.height
        self.numbers = tuple(range(frames))
        self.times = np.arange(frames) / clip.fps
        self._frame = clip.read(0)

    def read(self, index: int) -> np.ndarray:
        noise = np.random.default_rng(index).normal(0, 2, self._frame.shape)
        return np.clip(self._frame + noise, 0, 255).astype(np.uint8)

    def fingerprint(self) -> str:
        return "still"


def test_a_still_clip_gives_no_suggestion(small_sample: Path) -> None:
    row = truth(small_sample, 0)
    with open_clip(small_sample / row["path"], row["fps"]) as clip:
        found = spot(_Still(clip, 60))
    assert found.suggestions == ()
    assert found.curve.whole.max() < 0.25


@pytest.mark.parametrize("frames", [1, 2, 9])
def test_a_clip_of_a_few_frames_has_a_curve(small_sample: Path, frames: int) -> None:
    row = truth(small_sample, 0)
    with open_clip(small_sample / row["path"], row["fps"]) as clip:
        found = spot(_Still(clip, frames))
    assert len(found.curve.whole) == frames
    assert found.suggestions == ()


def test_a_long_clip_is_done_in_blocks_and_goes_on_where_it_was_left(
    small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = truth(small_sample, 1.0)
    monkeypatch.setattr(search_module, "_WHOLE", 0.1)
    monkeypatch.setattr(search_module, "_BLOCK", row["frames"] / row["fps"] / 3)
    kept: list[Spotting] = []
    with open_clip(small_sample / row["path"], row["fps"]) as clip:
        whole = spot(clip, keep=kept.append)
        assert [(each.blocks, each.total) for each in kept] == [(2, 3), (3, 3)]
        again = spot(clip, begun=kept[0])
    assert list(whole.curve.indices) == list(range(0, row["frames"], max(1, round(row["fps"] / 100))))
    assert list(again.curve.indices) == list(whole.curve.indices)
    assert len(kept[0].curve.indices) < len(whole.curve.indices)
    assert again.suggestions[-1].apex == pytest.approx(whole.suggestions[-1].apex, abs=2)


class _Smiling(Clip):
    """The portrait smiling so many pixels strong in each frame, with a camera's noise."""

    def __init__(self, strength: np.ndarray, fps: float) -> None:
        self.path, self.fps, self.fps_known = Path("smiling"), fps, True
        self.height, self.width = portrait().shape[:2]
        self.numbers = tuple(range(len(strength)))
        self.times = np.arange(len(strength)) / fps
        self._strength = strength

    def read(self, index: int) -> np.ndarray:
        pixels = float(self._strength[index])
        return noisy(moved(expression=smile(pixels)) if pixels else portrait(), 1.0, index)

    def fingerprint(self) -> str:
        return "smiling"


def test_a_macro_movement_is_told_from_a_micro_one_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "_WHOLE", 2.0)
    monkeypatch.setattr(search_module, "_BLOCK", 1.0)
    macro, micro = (8, 20, 32), (53, 57, 62)  # onset, apex, offset: 0.96 s over a block's end, and 0.36 s
    strength = np.zeros(76)
    for marks in (macro, micro):
        strength += 2.5 * np.interp(np.arange(76), marks, (0, 1, 0))
    found = spot(_Smiling(strength, 25.0))
    assert found.complete
    assert found.total == 3
    assert [each.kind for each in found.suggestions] == ["macro", "micro"]
    for each, marks in zip(found.suggestions, (macro, micro), strict=True):
        for mark, true in zip((each.onset, each.apex, each.offset), marks, strict=True):
            assert mark == pytest.approx(true, abs=3)
        assert each.seconds == pytest.approx((marks[2] - marks[0]) / 25, abs=0.2)
        assert each.confidence > 0.5


@pytest.mark.parametrize(("frames", "pause", "blocks"), [(40, 1e9, 1), (60, 30.0, 2)])
def test_pauses_in_the_recording_do_not_make_it_a_slow_one(
    frames: int, pause: float, blocks: int, small_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = truth(small_sample, 0)
    monkeypatch.setattr(search_module, "_WHOLE", 0.5)
    monkeypatch.setattr(search_module, "_BLOCK", 0.3)
    with open_clip(small_sample / row["path"], row["fps"]) as opened:
        clip = _Still(opened, frames)
        clip.fps = 100.0
        clip.times = np.arange(frames) / 100 + pause * (np.arange(frames) >= 30)
        assert search_module._rate(clip) == pytest.approx(100)
        found = spot(clip)
    assert found.total == blocks
    assert found.complete
    assert found.curve.indices.tolist() == list(range(frames))


def test_frames_minutes_apart_are_looked_at_too(small_sample: Path) -> None:
    """Time lapse: seconds say that there are many blocks, frames are too few to fill them."""
    row = truth(small_sample, 0)
    with open_clip(small_sample / row["path"], row["fps"]) as opened:
        clip = _Still(opened, 20)
        clip.times = np.arange(20) * 100.0
        found = spot(clip)
    assert (found.blocks, found.total) == (2, 2)
    assert len(found.curve.whole) == 20


def test_cancelling_ends_it_and_its_threads(small_sample: Path) -> None:
    row = truth(small_sample, 0)
    kept: list[Spotting] = []

    def stop(done: int, _total: int, _text: str) -> None:
        if done == 10:
            raise Cancelled

    with open_clip(small_sample / row["path"], row["fps"]) as clip, pytest.raises(Cancelled):
        spot(clip, stop, keep=kept.append)
    assert kept == []


def test_a_course_is_found_in_cells_that_are_mostly_noise() -> None:
    rng = np.random.default_rng(3)
    true = Course(40.0, 20.0, 8.0, 30.0)
    pattern = np.zeros(400)
    pattern[100:140] = 0.5
    track = np.outer(true.values(140), pattern) + rng.normal(0, 0.3, (140, 400))
    found = Movements(track, 200.0).next()
    assert found is not None
    assert found.apex == pytest.approx(true.apex, abs=1.5)
    assert found.course.onset == pytest.approx(true.onset, abs=4)
    assert found.course.offset == pytest.approx(true.offset, abs=4)
    assert (found.spread < 3).all()
    moved = found.weights @ track
    assert moved[100:140].mean() == pytest.approx(0.5, abs=0.1)


def test_noise_follows_no_course() -> None:
    noise = np.random.default_rng(4).normal(0, 0.3, (140, 400))
    assert Movements(noise, 200.0).next() is None


def test_a_course_is_0_at_rest_and_1_while_held() -> None:
    (values,) = courses(60, np.array([[10.0, 12.0, 6.0, 20.0]]))
    assert values[:11] == pytest.approx(0)
    assert values[22:29] == pytest.approx(1)
    assert values[48:] == pytest.approx(0, abs=1e-9)
    assert values[16] == pytest.approx(0.5)
