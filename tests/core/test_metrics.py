"""Figures against cases worked by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from mer_core.evaluation.metrics import score, spread, summarise

NAMES = ("a", "b", "c")


def test_worked_by_hand() -> None:
    truth = np.array([0, 0, 0, 1, 1, 2])
    predicted = np.array([0, 0, 1, 1, 2, 2])
    figures = score(truth, predicted, NAMES)
    # F1: a 2·2/(3+2), b 2·1/(2+2), c 2·1/(1+2)
    assert figures["uf1"] == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)
    assert figures["uar"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert figures["accuracy"] == pytest.approx(4 / 6)
    assert figures["precision"] == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert figures["confusion"] == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]


def test_as_scikit_learn_where_every_class_is_there() -> None:
    random = np.random.default_rng(1)
    truth, predicted = np.arange(60) % 3, random.integers(0, 3, 60)
    figures = score(truth, predicted, NAMES)
    assert figures["uf1"] == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert figures["uar"] == pytest.approx(recall_score(truth, predicted, average="macro"))
    assert figures["precision"] == pytest.approx(precision_score(truth, predicted, average="macro"))


def test_absent_class_is_named_neither_scored_nor_forgiven() -> None:
    truth, predicted = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    figures = score(truth, predicted, NAMES)
    assert figures["absent"] == ["c"]
    assert "c" not in figures["per_class"]
    assert figures["uar"] == pytest.approx((1 / 2 + 1) / 2)
    assert figures["uf1"] == pytest.approx((2 / 3 + 1) / 2)


def test_class_never_predicted_scores_zero() -> None:
    figures = score(np.array([0, 1, 2]), np.array([0, 0, 0]), NAMES)
    assert figures["uar"] == pytest.approx(1 / 3)
    assert figures["precision"] == pytest.approx((1 / 3) / 3)


def test_spread_over_seeds() -> None:
    assert spread([1.0]) == {"mean": 1.0, "sd": 0.0}
    assert spread([1.0, 3.0]) == {"mean": 2.0, "sd": pytest.approx(2**0.5)}
    truth = np.array([0, 1, 2])
    both = summarise([score(truth, truth, NAMES), score(truth, np.zeros(3, int), NAMES)])
    assert both["accuracy"]["mean"] == pytest.approx(2 / 3)
    assert both["confusion"] == [[2, 0, 0], [1, 1, 0], [1, 0, 1]]
