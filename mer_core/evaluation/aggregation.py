"""One set of predictions, many "UF1"s: the ways papers average, each under its own name.

Leave-one-subject-out folds seldom hold every class. What is done about that moves figures by tenths, so papers that
average over folds cannot be set beside those that pool (Opitz and Burst 2019, *Macro F1 and Macro F1*).
"""

from collections.abc import Callable, Sequence

import numpy as np

from mer_core.evaluation.metrics import FIGURES, confusion_matrix, score, spread

AGGREGATIONS = {
    "pooled": "all held-out clips in one confusion matrix (ours, MEGC 2019)",
    "dataset-mean": "pooled within each data set, then the mean of the data sets",
    "fold-mean": "mean of the folds; a class that a fold lacks is left out of that fold",
    "fold-mean-zero": "mean of the folds; a class that a fold lacks scores 0 there",
    "fold-weighted": "mean of the folds weighted by their clips; a class that a fold lacks is left out of it",
    "support-weighted": "pooled, classes weighted by their clips instead of equally",
}


def aggregate(
    truth: np.ndarray, predicted: np.ndarray, fold: np.ndarray, dataset: np.ndarray, classes: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Every figure under every aggregation. truth, predicted, fold: (N,) int64; dataset: (N,) str; N > 0."""

    def of(rows: np.ndarray) -> dict[str, float]:
        figures = score(truth[rows], predicted[rows], classes)
        return {name: figures[name] for name in FIGURES}

    def zero(rows: np.ndarray) -> dict[str, float]:
        there = len(np.unique(truth[rows]))
        means = ("uf1", "uar", "precision", "recall", "f1")
        return {name: value * (there / len(classes) if name in means else 1) for name, value in of(rows).items()}

    folds = [fold == number for number in np.unique(fold)]
    return {
        "pooled": of(np.ones(len(truth), dtype=bool)),
        "dataset-mean": _mean(of, [dataset == name for name in np.unique(dataset)]),
        "fold-mean": _mean(of, folds),
        "fold-mean-zero": _mean(zero, folds),
        "fold-weighted": _mean(of, folds, [float(rows.sum()) for rows in folds]),
        "support-weighted": _support_weighted(truth, predicted, len(classes)),
    }


def summarise_aggregations(runs: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and sd over seeds of ``aggregate``'s results."""
    return {way: {name: spread([run[way][name] for run in runs]) for name in FIGURES} for way in AGGREGATIONS}


def _mean(
    of: Callable[[np.ndarray], dict[str, float]], parts: list[np.ndarray], weights: list[float] | None = None
) -> dict[str, float]:
    figures = [of(rows) for rows in parts]
    return {name: float(np.average([one[name] for one in figures], weights=weights)) for name in FIGURES}


def _support_weighted(truth: np.ndarray, predicted: np.ndarray, classes: int) -> dict[str, float]:
    matrix = confusion_matrix(truth, predicted, classes)
    right, support, taken = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = right / np.maximum(support, 1)
    precision = right / np.maximum(taken, 1)
    f1 = 2 * right / np.maximum(support + taken, 1)
    means = {"uf1": f1, "uar": recall, "precision": precision, "recall": recall, "f1": f1}
    accuracy = float(right.sum() / support.sum())
    return {name: float(np.average(means[name], weights=support)) if name in means else accuracy for name in FIGURES}
