"""How sure a figure is: bootstrap over subjects, and a paired permutation test between two methods.

Clips of one person are alike, so persons are what is drawn (Field and Welsh 2007, cluster bootstrap), never clips. All
of it is arithmetic on each subject's confusion matrix, so thousands of draws take a moment.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

DRAWS = 2000
PERMUTATIONS = 5000
FEW = 10
"""With fewer subjects than this a bootstrap over them gives too narrow an interval (Cameron, Gelbach, Miller 2008)."""
FIGURES = ("uf1", "uar", "accuracy")


def subject_confusions(
    truth: np.ndarray, predicted: Sequence[np.ndarray], group: np.ndarray, classes: int
) -> np.ndarray:
    """(G, S, C, C) float64: each subject's confusion matrix under each of S seeds; subjects in sorted order.

    truth: (N,) int64; predicted: S times (N,) int64; group: (N,) str.
    """
    names, member = np.unique(group, return_inverse=True)
    confusions = np.zeros((len(names), len(predicted), classes, classes))
    for seed, one in enumerate(predicted):
        np.add.at(confusions[:, seed], (member, truth, one), 1)
    return confusions


def figures_of(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """UF1, UAR and accuracy of (…, S, C, C), as (…): means over seeds. Classes without a clip are left out."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, taken = confusion.sum(axis=-1), confusion.sum(axis=-2)
    there = support > 0
    count = there.sum(axis=-1).clip(1)
    uf1 = np.where(there, 2 * right / np.maximum(support + taken, 1), 0).sum(axis=-1) / count
    uar = (right / np.maximum(support, 1)).sum(axis=-1) / count
    accuracy = right.sum(axis=-1) / support.sum(axis=-1).clip(1)
    return {"uf1": uf1.mean(axis=-1), "uar": uar.mean(axis=-1), "accuracy": accuracy.mean(axis=-1)}


def intervals(confusions: np.ndarray, *, draws: int = DRAWS, level: float = 0.95, seed: int = 0) -> dict[str, Any]:
    """Percentile bootstrap interval of each figure, over subjects; confusions: (G, S, C, C).

    One subject has no interval: its ends are None.
    """
    subjects = len(confusions)
    ends: dict[str, Any] = {name: {"low": None, "high": None} for name in FIGURES}
    if subjects > 1:
        ends = {name: _interval(drawn, level) for name, drawn in _drawn(confusions, draws, seed).items()}
    return {
        "level": level,
        "draws": draws,
        "unit": "subject",
        "subjects": subjects,
        **ends,
    }


def compare(
    first: np.ndarray, second: np.ndarray, *, draws: int = DRAWS, permutations: int = PERMUTATIONS, seed: int = 0
) -> dict[str, Any]:
    """First minus second, on the same subjects: difference of UF1, its interval, and p of the permutation test.

    first, second: (G, S, C, C); where their S differ, each is repeated until they agree. Under the null hypothesis it
    is chance which method gave which of a subject's two results: they change places at random (scipy's
    ``permutation_test`` of paired samples, two-sided). One subject proves nothing: p is 1, without an interval.
    """
    from scipy.stats import permutation_test

    subjects = len(first)
    observed = float(figures_of(first.sum(axis=0))["uf1"] - figures_of(second.sum(axis=0))["uf1"])
    if subjects < 2:
        return {"difference": observed, "low": None, "high": None, "p": 1.0}
    seeds = math.lcm(first.shape[1], second.shape[1])
    stacked = np.concatenate([np.tile(one, (1, seeds // one.shape[1], 1, 1)) for one in (first, second)])

    def difference(one: np.ndarray, other: np.ndarray, axis: int = -1) -> np.ndarray:
        return _uf1_of(stacked, one, axis) - _uf1_of(stacked, other, axis)

    test = permutation_test(
        (np.arange(subjects), np.arange(subjects, 2 * subjects)),
        difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=permutations,
        batch=500,
        rng=np.random.default_rng(seed),
    )
    drawn = _drawn(first, draws, seed)["uf1"] - _drawn(second, draws, seed)["uf1"]
    return {"difference": observed, **_interval(drawn, 0.95), "p": float(test.pvalue)}


def holm(p: Sequence[float]) -> list[float]:
    """p values corrected for their number (Holm 1979), in the same order."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate([(len(p) - rank) * p[index] for rank, index in enumerate(order)]).clip(max=1)
    corrected = np.empty(len(p))
    corrected[order] = raised
    return [float(value) for value in corrected]


def _drawn(confusions: np.ndarray, draws: int, seed: int) -> dict[str, np.ndarray]:
    subjects = len(confusions)
    times = np.random.default_rng(seed).multinomial(subjects, np.full(subjects, 1 / subjects), size=draws)
    return figures_of(np.tensordot(times.astype(float), confusions, axes=1))


def _uf1_of(stacked: np.ndarray, chosen: np.ndarray, axis: int) -> np.ndarray:
    """UF1 of the sum of the ``chosen`` rows of ``stacked``: (…, G) int → (…)."""
    chosen = np.moveaxis(chosen, axis, -1)
    subjects = chosen.shape[-1]
    second = (chosen >= subjects).astype(float)
    own = stacked[:subjects].sum(axis=0)
    return figures_of(own + np.tensordot(second, stacked[subjects:] - stacked[:subjects], axes=1))["uf1"]


def _interval(values: np.ndarray, level: float) -> dict[str, float]:
    low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    return {"low": float(low), "high": float(high)}
