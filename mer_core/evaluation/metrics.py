"""Figures of recognition, pooled over all clips of all folds, with an explicit list of classes.

UF1 and UAR as in MEGC 2019 (See et al. 2019): the unweighted means over classes of F1 = 2 TP / (2 TP + FP + FN) and of
recall. A class that no clip has is left out of every mean and named in ``absent``; a clip wrongly taken for it still
counts against the class the clip has.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

FIGURES = ("uf1", "uar", "accuracy", "precision", "recall", "f1")


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(C, C) int64: rows what the clips are, columns what they were taken for."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix


def score(truth: np.ndarray, predicted: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """All figures of one set of predictions, JSON-ready. truth, predicted: (N,) int64 into ``classes``; N > 0."""
    matrix = confusion_matrix(truth, predicted, len(classes))
    right, support, taken = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    recall = right / np.maximum(support, 1)
    # A class that is there but never predicted has precision 0, as is usual.
    precision = right / np.maximum(taken, 1)
    f1 = 2 * right / np.maximum(support + taken, 1)
    there = support > 0
    return {
        "uf1": float(f1[there].mean()),
        "uar": float(recall[there].mean()),
        "accuracy": float(right.sum() / support.sum()),
        "precision": float(precision[there].mean()),
        "recall": float(recall[there].mean()),
        "f1": float(f1[there].mean()),
        "per_class": {
            name: {
                "clips": int(support[index]),
                "precision": float(precision[index]),
                "recall": float(recall[index]),
                "f1": float(f1[index]),
            }
            for index, name in enumerate(classes)
            if there[index]
        },
        "absent": [name for index, name in enumerate(classes) if not there[index]],
        "confusion": matrix.tolist(),
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean and standard deviation (of the sample; 0 for a single value)."""
    return {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0}


def summarise(scores: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Over seeds: mean and sd of each figure and of each class's, the confusion matrices added up."""
    summary: dict[str, Any] = {name: spread([one[name] for one in scores]) for name in FIGURES}
    summary["per_class"] = {
        name: {
            "clips": entry["clips"],
            **{key: spread([one["per_class"][name][key] for one in scores]) for key in ("precision", "recall", "f1")},
        }
        for name, entry in scores[0]["per_class"].items()
    }
    summary["absent"] = scores[0]["absent"]
    summary["confusion"] = np.sum([one["confusion"] for one in scores], axis=0).tolist()
    return summary
