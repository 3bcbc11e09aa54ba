"""Intervals and the paired test, on cases that can be counted by hand."""

import numpy as np
import pytest

from mer_core.evaluation.metrics import score
from mer_core.evaluation.resampling import compare, figures_of, holm, intervals, subject_confusions

TRUTH = np.tile([0, 1], 4)
GROUP = np.repeat(["a", "b", "c", "d"], 2)
PERFECT = subject_confusions(TRUTH, [TRUTH], GROUP, 3)
WRONG = subject_confusions(TRUTH, [1 - TRUTH], GROUP, 3)


def test_figures_are_those_of_the_pooled_metrics() -> None:
    random = np.random.default_rng(0)
    truth, group = random.integers(0, 2, 40), random.integers(0, 5, 40).astype(str)  # class 2 is absent
    predicted = [random.integers(0, 3, 40) for _ in range(3)]
    figures = figures_of(subject_confusions(truth, predicted, group, 3).sum(axis=0))
    for name, value in figures.items():
        assert value == pytest.approx(np.mean([score(truth, one, "abc")[name] for one in predicted]))


def test_subjects_all_alike_leave_no_doubt() -> None:
    assert intervals(PERFECT)["uf1"] == {"low": 1.0, "high": 1.0}
    half = subject_confusions(TRUTH, [np.zeros(8, int)], GROUP, 3)
    assert intervals(half)["uar"] == {"low": 0.5, "high": 0.5}


def test_interval_spreads_with_subjects_and_repeats() -> None:
    mixed = np.concatenate([PERFECT[:2], WRONG[2:]])
    found = intervals(mixed)
    # All four draws from one half happen with chance 1/16 each, more than the 2.5 % cut off.
    assert found["accuracy"] == {"low": 0.0, "high": 1.0}
    assert found == intervals(mixed)


def test_paired_test_counts_the_exchanges() -> None:
    # Of 2^4 ways to exchange the results of four subjects only the two extreme ones differ as much.
    found = compare(PERFECT, WRONG)
    assert found["difference"] == 1
    assert found["p"] == pytest.approx(2 / 16)
    assert (found["low"], found["high"]) == (1, 1)
    assert compare(WRONG, PERFECT)["difference"] == -1


def test_a_method_does_not_differ_from_itself_however_often_it_is_seeded() -> None:
    mixed = np.concatenate([PERFECT[:2], WRONG[2:]])
    found = compare(mixed, np.tile(mixed, (1, 3, 1, 1)))
    assert found["difference"] == pytest.approx(0)
    assert found["p"] == 1
    assert (found["low"], found["high"]) == (pytest.approx(0), pytest.approx(0))


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
