"""Support vector machines over descriptors: everything fitted within a fold, and probabilities.

Per class one machine against the rest (LIBSVM through scikit-learn), both sides weighing the same. The classes' scores
become probabilities by a softmax over score / T, which leaves the machines' own decision as it is (as temperature
scaling of networks, Guo et al. 2017). The cost C and T are chosen on inner folds of whole training subjects.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn import config_context
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from mer_core.models.method import OnEpoch
from mer_core.models.svm_settings import SvmSettings

COSTS = (0.1, 1.0, 10.0, 100.0)
"""Tried where the settings name none. Kernels are means over the D numbers, so a cost means the same for every D."""
_PLAIN = 1.0  # cost and temperature where one subject alone is learnt from, so that there is no inner fold


@dataclass(frozen=True)
class Svm:
    """A fitted machine; ``fit_svm`` makes it. machines: one a class learnt, against the rest; None for a lone one."""

    settings: SvmSettings
    scaler: StandardScaler
    vectors: np.ndarray
    machines: dict[int, SVC | None]
    classes: int
    cost: float
    temperature: float

    def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
        """(N, D) → (N, classes) float32 probabilities under even chances of the classes; 0 for one not learnt."""
        kernel = _kernel(self.scaler.transform(vectors), self.vectors, self.settings)
        return softmax(_scores(self.machines, kernel, self.classes) / self.temperature, axis=1).astype(np.float32)


def fit_svm(
    vectors: np.ndarray, label: np.ndarray, group: np.ndarray, classes: int, settings: SvmSettings, seed: int
) -> Svm:
    """Fit on N clips: vectors (N, D), label (N,) int64 below ``classes``, group (N,) str, the subject's key."""
    cost, temperature = settings.cost or _PLAIN, _PLAIN
    if len(np.unique(group)) > 1 and len(np.unique(label)) > 1:
        cost, temperature = _choose(vectors, label, group, classes, settings, seed)
    scaler = StandardScaler().fit(vectors)
    scaled = scaler.transform(vectors)
    machines = _machines(_kernel(scaled, scaled, settings), label, cost)
    return Svm(settings, scaler, scaled, machines, classes, cost, temperature)


def held_out_probabilities(
    vectors: np.ndarray,
    label: np.ndarray,
    group: np.ndarray,
    held_out: np.ndarray,
    classes: int,
    settings: SvmSettings,
    seed: int,
    on_fold: OnEpoch,
) -> np.ndarray:
    """(N, classes) float32: each clip by the machine of the fold (held_out: (F, N) bool) that holds it out, else NaN.

    A clip held out by several folds gets their mean. ``on_fold(done, folds)`` follows the work.
    """
    total = np.zeros((len(label), classes), np.float32)
    # Hundreds of small problems: threads would wait for each other, and scikit-learn would check longer than it fits.
    with threadpool_limits(1), config_context(assume_finite=True, skip_parameter_validation=True):
        for done, out in enumerate(held_out, start=1):
            machine = fit_svm(vectors[~out], label[~out], group[~out], classes, settings, seed)
            total[out] += machine.predict_proba(vectors[out])
            on_fold(done, len(held_out))
    times = held_out.sum(axis=0)[:, None]
    return np.where(times > 0, total / np.maximum(times, 1), np.nan).astype(np.float32)


def _choose(
    vectors: np.ndarray, label: np.ndarray, group: np.ndarray, classes: int, settings: SvmSettings, seed: int
) -> tuple[float, float]:
    """The cost with the best mean recall on inner folds, of equal ones the least, and its temperature there."""
    costs = (settings.cost,) if settings.cost else COSTS
    scores = np.full((len(costs), len(label), classes), -np.inf)
    for train, test, kernel, across in _inner_folds(vectors, group, settings, seed):
        for index, cost in enumerate(costs):
            scores[index, test] = _scores(_machines(kernel, label[train], cost), across, classes)
    # A clip whose class its inner fold has not learnt says nothing about the cost.
    known = np.isfinite(scores[0, np.arange(len(label)), label])
    if not known.any():
        return settings.cost or _PLAIN, _PLAIN
    truth, scores = label[known], scores[:, known]
    count = np.bincount(truth, minlength=classes)[truth]
    weight = 1 / count / len(np.unique(truth))
    best = int(np.argmax([weight @ (one.argmax(axis=1) == truth) for one in scores]))
    # Platt's targets: what n clips show is never certain.
    learnt = np.isfinite(scores[best])
    target = np.where(learnt, (1 / (count + 2) / np.maximum(learnt.sum(axis=1) - 1, 1))[:, None], 0)
    target[np.arange(len(truth)), truth] = (count + 1) / (count + 2)

    def loss(log_temperature: float) -> float:
        chance = log_softmax(scores[best] / np.exp(log_temperature), axis=1)
        return float(-weight @ (target * np.where(learnt, chance, 0)).sum(axis=1))

    return costs[best], float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def _inner_folds(
    vectors: np.ndarray, group: np.ndarray, settings: SvmSettings, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """(train, test, kernel of train, kernel of test against train), each scaled by its own training clips."""
    folds = GroupKFold(min(settings.inner, len(np.unique(group))), shuffle=True, random_state=seed)
    for train, test in folds.split(vectors, groups=group):
        scaler = StandardScaler().fit(vectors[train])
        scaled = scaler.transform(vectors[train])
        across = _kernel(scaler.transform(vectors[test]), scaled, settings)
        yield train, test, _kernel(scaled, scaled, settings), across


def _kernel(one: np.ndarray, other: np.ndarray, settings: SvmSettings) -> np.ndarray:
    """(N, D), (M, D) → (N, M)."""
    products = one @ other.T
    if settings.kernel == "rbf":
        squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * products
        return np.exp(-settings.gamma * squares / one.shape[1])
    return products / one.shape[1]


def _machines(kernel: np.ndarray, label: np.ndarray, cost: float) -> dict[int, SVC | None]:
    """One against the rest for each class there is; None for the only one there is."""
    present = np.unique(label).tolist()
    if len(present) == 1:
        return {present[0]: None}
    return {
        index: SVC(C=cost, kernel="precomputed", class_weight="balanced").fit(kernel, label == index)
        for index in present
    }


def _scores(machines: dict[int, SVC | None], kernel: np.ndarray, classes: int) -> np.ndarray:
    """(N, classes) float64: how far on a class's side its machine sees a clip; −∞ for a class that is not learnt."""
    scores = np.full((len(kernel), classes), -np.inf)
    for index, machine in machines.items():
        scores[:, index] = 0 if machine is None else machine.decision_function(kernel)
    return scores
