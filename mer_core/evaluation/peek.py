"""What a paper could have claimed by keeping the epoch that was best on the test clips.

Several published codes do (method by method: HTNet, MMNet, CapsuleNet). It is no result: the test clips chose the
model. It is shown, in red, only so that a reader knows by how much such figures flatter.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mer_core.evaluation.metrics import score, spread

WARNING = "Chosen on the test clips: no result, only what best-epoch-on-test would have claimed."


def peek(truth: np.ndarray, epochs: Sequence[np.ndarray], fold: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """JSON-ready. truth, fold: (N,) int64, fold −1 where never held out; epochs: an (E, N) of answers a seed.

    ``per_fold``: each fold keeps its own best epoch (by accuracy, the first of equals), then all are pooled;
    ``one_epoch``: the one epoch with the best pooled UF1; ``last``: the honest figure. Each {uf1, uar} of mean and sd.
    ``curve``: per epoch, the pooled UF1 (mean over seeds).
    """
    tested = fold >= 0
    chosen: dict[str, list[dict[str, Any]]] = {"per_fold": [], "one_epoch": [], "last": []}
    curves = []
    for answers in epochs:
        scores = [score(truth[tested], one[tested], classes) for one in answers]
        curves.append([one["uf1"] for one in scores])
        chosen["last"].append(scores[-1])
        chosen["one_epoch"].append(scores[int(np.argmax(curves[-1]))])
        chosen["per_fold"].append(score(truth[tested], _best_of_each_fold(truth, answers, fold)[tested], classes))
    return {
        "warning": WARNING,
        **{
            way: {name: spread([one[name] for one in scores]) for name in ("uf1", "uar")}
            for way, scores in chosen.items()
        },
        "curve": [round(float(value), 5) for value in np.mean(curves, axis=0)],
    }


def _best_of_each_fold(truth: np.ndarray, answers: np.ndarray, fold: np.ndarray) -> np.ndarray:
    picked = answers[-1].copy()
    for number in range(int(fold.max()) + 1):
        rows = fold == number
        best = int(np.argmax((answers[:, rows] == truth[rows]).mean(axis=1)))
        picked[rows] = answers[best, rows]
    return picked
