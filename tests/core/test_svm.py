"""Machines over descriptors: fitted on training clips alone, even-handed, repeatable, with probabilities."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.errors import Cancelled, FeatureError
from mer_core.evaluation.metrics import score
from mer_core.evaluation.protocols import split
from mer_core.features import FeatureSet, read_features
from mer_core.methods import hog3d, hoof, lbp_top
from mer_core.methods.descriptors import Describe
from mer_core.models.method import Method, check_readable
from mer_core.models.svm import fit_svm, held_out_probabilities
from mer_core.models.svm_settings import SvmSettings
from tests.core.toy import toy_features
from tests.real_data import REAL, REASON

CLASSES = 3


def _clouds(count: int = 60, spread: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (N, 6) about a centre a class, labels, five subjects."""
    random = np.random.default_rng(seed)
    label = np.arange(count) % CLASSES
    vectors = random.normal(0, spread, (count, 6)) + 3 * np.eye(6)[label]
    return vectors, label, np.array([f"s{clip // CLASSES % 5}" for clip in range(count)])


def _held_out(group: np.ndarray) -> np.ndarray:
    return group[None] == np.unique(group)[:, None]


def _probabilities(settings: SvmSettings, seed: int = 0, **changes: np.ndarray) -> np.ndarray:
    vectors, label, group = _clouds()
    vectors, label = changes.get("vectors", vectors), changes.get("label", label)
    done: list[tuple[int, int]] = []
    result = held_out_probabilities(
        vectors, label, group, _held_out(group), CLASSES, settings, seed, lambda *at: done.append(at)
    )
    assert done == [(fold, 5) for fold in range(1, 6)]
    return result


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_clouds_are_told_apart_with_probabilities(kernel: str) -> None:
    result = _probabilities(SvmSettings(kernel=kernel, inner=2))
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.sum(axis=1), 1, atol=1e-5)
    right = result.argmax(axis=1) == _clouds()[1]
    assert right.mean() > 0.85
    # A probability is a chance: what is said with p is right about p of the time.
    assert abs(result.max(axis=1).mean() - right.mean()) < 0.12


def test_rbf_sees_what_no_plane_parts() -> None:
    random = np.random.default_rng(1)
    label = np.arange(90) % 2
    angle = random.uniform(0, 2 * np.pi, 90)
    vectors = (1 + 2 * label[:, None]) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    group = np.array([f"s{clip // 18}" for clip in range(90)])
    right = {
        kernel: np.mean(
            held_out_probabilities(
                vectors, label, group, _held_out(group), 2, SvmSettings(kernel=kernel, inner=2), 0, lambda *_: None
            ).argmax(axis=1)
            == label
        )
        for kernel in ("linear", "rbf")
    }
    assert right["rbf"] > 0.95
    assert right["linear"] < 0.75


def test_noise_gives_no_confidence() -> None:
    noise = np.random.default_rng(3).normal(size=(60, 6))
    assert _probabilities(SvmSettings(inner=2), vectors=noise).max(axis=1).mean() < 0.5


def test_same_seed_same_numbers() -> None:
    settings = SvmSettings(inner=2)
    first = _probabilities(settings, 4)
    np.testing.assert_array_equal(first, _probabilities(settings, 4))
    assert not np.array_equal(first, _probabilities(settings, 6))


def test_a_held_out_clip_says_nothing_before_it_is_asked() -> None:
    """Its label, or a wild vector that would move a scaler, changes no other fold member's answer."""
    vectors, label, group = _clouds()
    out = group == "s2"
    fold = out[None]

    def answer(vectors: np.ndarray, label: np.ndarray) -> np.ndarray:
        return held_out_probabilities(vectors, label, group, fold, CLASSES, SvmSettings(), 0, lambda *_: None)

    plain = answer(vectors, label)
    assert np.isnan(plain[~out]).all()
    wild, wrong = vectors.copy(), label.copy()
    first = np.flatnonzero(out)[0]
    wild[first] = 1e6
    wrong[out] = (label[out] + 1) % CLASSES
    others = np.flatnonzero(out)[1:]
    np.testing.assert_allclose(answer(wild, wrong)[others], plain[others], atol=1e-6)


def test_a_rare_class_weighs_as_much_as_a_frequent_one() -> None:
    random = np.random.default_rng(2)
    label = (np.arange(220) % 11 == 0).astype(np.int64)
    vectors = random.normal(size=(220, 3)) + 1.5 * label[:, None]
    group = np.array([f"s{clip // 22}" for clip in range(220)])
    taken = held_out_probabilities(
        vectors, label, group, _held_out(group), 2, SvmSettings(inner=2), 0, lambda *_: None
    ).argmax(axis=1)
    recall = [np.mean(taken[label == index] == index) for index in (0, 1)]
    assert min(recall) > 0.75


def test_classes_missing_from_training() -> None:
    vectors, label, group = _clouds()
    label = np.where(group == "s0", 2, label % 2)  # class 2 in one subject only
    result = _probabilities(SvmSettings(inner=2), label=label)
    assert (result[group == "s0", 2] == 0).all()
    assert (result[group != "s0", 2] > 0).all()
    lone = fit_svm(vectors[label == 1], label[label == 1], group[label == 1], CLASSES, SvmSettings(), 0)
    np.testing.assert_array_equal(lone.predict_proba(vectors[:2]), [[0, 1, 0]] * 2)


def test_two_clips_are_little_but_no_error() -> None:
    vectors, label, group = np.eye(2), np.array([0, 1]), np.array(["a", "b"])
    result = held_out_probabilities(vectors, label, group, _held_out(group), 2, SvmSettings(), 0, lambda *_: None)
    np.testing.assert_array_equal(result, [[0, 1], [1, 0]])  # each knows but the other's class


def test_one_subject_to_learn_from_leaves_nothing_to_choose_on() -> None:
    vectors, label, _ = _clouds(12, spread=0.5)
    machine = fit_svm(vectors, label, np.array(["s"] * 12), CLASSES, SvmSettings(), 0)
    assert (machine.cost, machine.temperature) == (1, 1)
    assert (machine.predict_proba(vectors).argmax(axis=1) == label).all()
    assert fit_svm(*_clouds(), CLASSES, SvmSettings(cost=0.25), 0).cost == 0.25


def _moving(methods_frames: bool = True) -> FeatureSet:
    """Three subjects of six clips; in each class another third of a patterned face moves down and back."""
    features = toy_features(subjects=3, each=6, strength=0.5)
    if not methods_frames:
        return features
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:112, 0:112].astype(np.float32)
    rows = []
    for name in features.label:
        picture = cv2.GaussianBlur(random.integers(0, 255, (112, 112), dtype=np.uint8), (0, 0), 3)
        picture = cv2.equalizeHist(picture)
        bump = np.exp(-((y - 20 - 36 * float(name)) ** 2) / 200)
        path = 3 * np.sin(np.pi * np.arange(10, dtype=np.float32) / 9)
        frames = [cv2.remap(picture, x, y - step * bump, cv2.INTER_LINEAR) for step in path]
        rows.append(np.clip(np.stack(frames) + random.normal(0, 1, (10, 112, 112)), 0, 255))
    return replace(features, frames=np.stack(rows).astype(np.uint8))


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        (lbp_top.METHOD, lbp_top.LbpTopSettings()),
        (hog3d.METHOD, hog3d.Hog3dSettings(kernel="rbf")),
        (hoof.METHOD, hoof.HoofSettings()),
        (hoof.METHOD, hoof.HoofSettings(motion="pairs", grid=5)),
    ],
)
def test_each_method_finds_where_the_face_moves(method: Method, settings: SvmSettings) -> None:
    features = _moving()
    result = method.predict_held_out(features, _held_out(features.group), settings, 0, lambda *_: None)
    assert (result.argmax(axis=1) == features.label).mean() > 0.7


def test_what_a_method_reads_must_be_there() -> None:
    features = _moving(methods_frames=False)
    with pytest.raises(FeatureError, match="'lbp-top' reads 'frames'"):
        check_readable(lbp_top.METHOD, features, lbp_top.LbpTopSettings())
    with pytest.raises(FeatureError, match="reads 'frames'"):
        hoof.describe(features, hoof.HoofSettings(motion="pairs"))


def test_scale_and_offset_of_stored_flow_do_not_matter() -> None:
    """As in published flow images, whose channels are stretched to 0..255."""
    flow = toy_features().flow
    stored = flow * np.array([40, 70, 5], np.float32) + np.array([100, 130, 0], np.float32)
    np.testing.assert_allclose(hoof.cube_motion(stored), hoof.cube_motion(flow), atol=1e-4)
    assert not hoof.cube_motion(np.full((1, 28, 28, 3), 7, np.float32)).any()


def test_cancelling_ends_at_once() -> None:
    features = _moving(methods_frames=False)
    calls = []

    def cancel(done: int, total: int) -> None:
        calls.append((done, total))
        raise Cancelled

    with pytest.raises(Cancelled):
        hoof.METHOD.predict_held_out(features, _held_out(features.group), hoof.HoofSettings(), 0, cancel)
    assert calls == [(1, 3)]


@pytest.mark.parametrize(
    ("method", "describe", "settings"),
    [
        (lbp_top.METHOD, lbp_top.describe, lbp_top.LbpTopSettings()),
        (hog3d.METHOD, hog3d.describe, hog3d.Hog3dSettings()),
        (hoof.METHOD, hoof.describe, hoof.HoofSettings()),
        (hoof.METHOD, hoof.describe, hoof.HoofSettings(motion="pairs", bins=6, grid=5)),
        (lbp_top.METHOD, lbp_top.describe, lbp_top.LbpTopSettings(points=6, grid=4)),
    ],
)
def test_sizes_are_those_of_the_descriptors(method: Method, describe: Describe, settings: SvmSettings) -> None:
    numbers = describe(_moving(), settings).shape[1]
    assert method.parameters(3, settings) == 3 * (numbers + 1)
    assert method.flops(3, settings) == 3 * numbers
    # What an RBF machine holds is support vectors, and how many is for the clips to decide.
    rbf = settings.from_dict({**settings.to_dict(), "kernel": "rbf"})
    assert (method.parameters(3, rbf), method.flops(3, rbf)) == (None, None)


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_hoof_of_real_flow_recognises_people_it_has_not_seen() -> None:
    assert REAL is not None
    features = read_features(REAL / "megc2019_casme2_smic.npz")
    held_out = split("kfold", features.label, features.group).held_out
    result = hoof.METHOD.predict_held_out(features, held_out, hoof.HoofSettings(inner=2), 0, lambda *_: None)
    assert score(features.label, result.argmax(axis=1), features.classes)["uar"] > 0.65
