"""One set of predictions averaged in six ways, worked by hand with classes that folds lack."""

import numpy as np
import pytest

from mer_core.evaluation.aggregation import AGGREGATIONS, aggregate, summarise_aggregations
from mer_core.evaluation.peek import peek

NAMES = ("a", "b", "c")
TRUTH = np.array([0, 0, 1, 0, 0])
PREDICTED = np.array([0, 1, 1, 0, 0])
FOLD = np.array([0, 0, 0, 1, 1])
DATASET = np.array(["x", "x", "y", "x", "y"])


def test_worked_by_hand() -> None:
    figures = aggregate(TRUTH, PREDICTED, FOLD, DATASET, NAMES)
    # Fold 0: a 2·1/(2+1), b 2·1/(1+2). Fold 1: a 1. Pooled: a 2·3/(4+3), b 2/3. Set x: a 2·2/(3+2). Set y: 1.
    assert {way: one["uf1"] for way, one in figures.items()} == {
        "pooled": pytest.approx((6 / 7 + 2 / 3) / 2),
        "dataset-mean": pytest.approx((4 / 5 + 1) / 2),
        "fold-mean": pytest.approx((2 / 3 + 1) / 2),
        "fold-mean-zero": pytest.approx((4 / 9 + 1 / 3) / 2),
        "fold-weighted": pytest.approx((3 * 2 / 3 + 2 * 1) / 5),
        "support-weighted": pytest.approx((4 * 6 / 7 + 1 * 2 / 3) / 5),
    }
    assert figures["fold-mean"]["uar"] == pytest.approx((3 / 4 + 1) / 2)
    assert figures["fold-mean-zero"]["uar"] == pytest.approx((3 / 2 / 3 + 1 / 3) / 2)
    # A class that is not there cannot change how many answers are right.
    assert figures["fold-mean-zero"]["accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    assert figures["pooled"]["accuracy"] == figures["fold-weighted"]["accuracy"] == pytest.approx(4 / 5)


def test_mean_and_sd_over_seeds() -> None:
    runs = [aggregate(TRUTH, one, FOLD, DATASET, NAMES) for one in (PREDICTED, TRUTH)]
    summary = summarise_aggregations(runs)
    assert list(summary) == list(AGGREGATIONS)
    assert summary["fold-weighted"]["accuracy"] == {"mean": pytest.approx(0.9), "sd": pytest.approx(0.1 * 2**0.5)}


def test_peeking_at_the_test_clips_claims_more_than_it_may() -> None:
    truth, fold = np.array([0, 1, 0, 1, 0]), np.array([0, 0, 1, 1, -1])
    first, last = [0, 1, 1, 0, -1], [1, 0, 0, 1, -1]  # each is right on one fold and wrong on the other
    seen = peek(truth, [np.array([first, last], dtype=np.int8)], fold, ("a", "b"))
    assert seen["per_fold"]["uf1"]["mean"] == 1
    assert seen["one_epoch"]["uf1"]["mean"] == seen["last"]["uf1"]["mean"] == pytest.approx(0.5)
    assert seen["curve"] == [0.5, 0.5]
    assert "no result" in seen["warning"]
