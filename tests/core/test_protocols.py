"""Who is held out when."""

import numpy as np
import pytest

from mer_core.errors import FeatureError
from mer_core.evaluation.protocols import PROTOCOLS, default_protocol, split

RANDOM = np.random.default_rng(0)
GROUP = np.array([f"set/{subject:02d}" for subject in RANDOM.integers(0, 12, 200)])
LABEL = RANDOM.choice(3, 200, p=[0.6, 0.25, 0.15])


@pytest.mark.parametrize("name", ["loso", "kfold", "holdout"])
def test_no_subject_on_both_sides(name: str) -> None:
    division = split(name, LABEL, GROUP)
    for held_out in division.held_out:
        assert held_out.any()
        assert not set(GROUP[held_out]) & set(GROUP[~held_out])
    assert not division.protocol.leaks_subjects


@pytest.mark.parametrize("name", ["loso", "kfold", "sample-kfold"])
def test_every_clip_is_held_out_once(name: str) -> None:
    division = split(name, LABEL, GROUP)
    np.testing.assert_array_equal(division.held_out.sum(axis=0), 1)
    np.testing.assert_array_equal(division.held_out[division.fold, np.arange(200)], True)


def test_leave_one_subject_out_has_a_fold_a_subject() -> None:
    division = split("loso", LABEL, GROUP)
    assert [len(set(GROUP[row])) for row in division.held_out] == [1] * 12


def test_folds_are_even() -> None:
    counts = np.array([np.bincount(LABEL[row], minlength=3) for row in split("kfold", LABEL, GROUP).held_out])
    share = counts / counts.sum(axis=0)
    assert (share > 0.05).all()
    assert (share < 0.4).all()


@pytest.mark.parametrize("name", ["holdout", "sample-holdout"])
def test_a_fifth_is_held_out(name: str) -> None:
    division = split(name, LABEL, GROUP)
    assert division.held_out.shape[0] == 1
    assert 0.1 < division.held_out.mean() < 0.3
    assert set(division.fold) == {-1, 0}


def test_sample_level_protocols_say_that_they_leak() -> None:
    assert {one.name for one in PROTOCOLS.values() if one.leaks_subjects} == {"sample-kfold", "sample-holdout"}


def test_subjects_of_one_class_each_still_fill_every_fold() -> None:
    group = np.array(["a", "b", "c"])
    assert split("kfold", np.array([0, 1, 2]), group, folds=3).held_out.shape == (3, 3)


def test_seed_moves_the_folds_and_repeats() -> None:
    first, again = split("kfold", LABEL, GROUP, seed=1), split("kfold", LABEL, GROUP, seed=1)
    np.testing.assert_array_equal(first.held_out, again.held_out)
    assert (first.held_out != split("kfold", LABEL, GROUP, seed=2).held_out).any()


def test_what_cannot_be_divided() -> None:
    with pytest.raises(FeatureError, match="at least two subjects"):
        split("loso", LABEL, np.array(["one"] * 200))
    with pytest.raises(FeatureError, match="unknown"):
        split("guess", LABEL, GROUP)
    with pytest.raises(FeatureError, match="two folds"):
        split("kfold", LABEL, GROUP, folds=1)


def test_default_protocol() -> None:
    assert default_protocol(GROUP) == "loso"
    assert default_protocol(np.arange(41).astype(str)) == "kfold"
