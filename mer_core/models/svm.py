"""Support vector machines over descriptors: everything fitted within a fold, and probabilities.

Per class one machine against the rest (LIBSVM through scikit-learn), both sides weighing the same. The classes' scores
become probabilities by a softmax over score / T, which leaves the machines' own decision as it is (as temperature
scaling of networks, Guo et al. 2017). The cost C, the RBF kernel's gamma and T are chosen on inner folds of whole
training subjects.
"""

from dataclasses import dataclass
from typing import NamedTuple

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

COSTS = {"linear": (0.1, 1.0, 10.0, 100.0), "rbf": (1.0, 10.0, 100.0)}
GAMMAS = {"linear": (1.0,), "rbf": (0.05, 0.25, 1.0)}
"""Tried where the settings name none. Kernels are means over the D numbers, so they mean the same for every D."""
_PLAIN = 1.0  # where one subject alone is learnt from, so that there is no inner fold to choose on


class _Choice(NamedTuple):
    cost: float
    gamma: float
    temperature: float = _PLAIN


@dataclass(frozen=True)
class Svm:
    """A fitted machine; ``fit_svm`` makes it. machines: one a class learnt, against the rest; None for a lone one."""

    kernel: str
    scaler: StandardScaler
    vectors: np.ndarray
    machines: dict[int, SVC | None]
    classes: int
    cost: float
    gamma: float
    temperature: float

    def predict_proba(self, vectors: np.ndarray) -> np.ndarray:
        """(N, D) → (N, classes) float32 probabilities under even chances of the classes; 0 for one not learnt."""
        kernel = _kernel(self.scaler.transform(vectors), self.vectors, self.kernel, self.gamma)
        return softmax(_scores(self.machines, kernel, self.classes) / self.temperature, axis=1).astype(np.float32)


def fit_svm(
    vectors: np.ndarray, label: np.ndarray, group: np.ndarray, classes: int, settings: SvmSettings, seed: int
) -> Svm:
    """Fit on N clips: vectors (N, D), label (N,) int64 below ``classes``, group (N,) str, the subject's key."""
    chosen = _Choice(settings.cost or _PLAIN, settings.gamma or _PLAIN)
    if len(np.unique(group)) > 1 and len(np.unique(label)) > 1:
        chosen = _choose(vectors, label, group, classes, settings, seed)
    scaler = StandardScaler().fit(vectors)
    scaled = scaler.transform(vectors)
    machines = _machines(_kernel(scaled, scaled, settings.kernel, chosen.gamma), label, chosen.cost)
    return Svm(settings.kernel, scaler, scaled, machines, classes, *chosen)


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
) -> _Choice:
    """The gamma and cost with the best mean recall on inner folds, of equal ones the least, and the temperature."""
    costs = (settings.cost,) if settings.cost else COSTS[settings.kernel]
    gammas = (settings.gamma,) if settings.gamma else GAMMAS[settings.kernel]
    choices = [_Choice(cost, gamma) for gamma in gammas for cost in costs]
    scores = np.full((len(choices), len(label), classes), -np.inf)
    folds = GroupKFold(min(settings.inner, len(np.unique(group))), shuffle=True, random_state=seed)
    for train, test in folds.split(vectors, groups=group):
        scaler = StandardScaler().fit(vectors[train])
        scaled, other = scaler.transform(vectors[train]), scaler.transform(vectors[test])
        kernels = {gamma: [_kernel(one, scaled, settings.kernel, gamma) for one in (scaled, other)] for gamma in gammas}
        for index, choice in enumerate(choices):
            within, across = kernels[choice.gamma]
            scores[index, test] = _scores(_machines(within, label[train], choice.cost), across, classes)
    # A clip whose class its inner fold has not learnt says nothing about the choice.
    known = np.isfinite(scores[0, np.arange(len(label)), label])
    if not known.any():
        return choices[0]
    truth, scores = label[known], scores[:, known]
    weight = 1 / np.bincount(truth)[truth] / len(np.unique(truth))
    best = int(np.argmax([weight @ (one.argmax(axis=1) == truth) for one in scores]))
    return choices[best]._replace(temperature=_temperature(scores[best], truth, weight))


def _temperature(scores: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> float:
    """The T with which softmax(scores / T) is likeliest on K clips; scores (K, classes), weight (K,) of the sum 1."""
    # Platt's targets: what n clips of a class show is never certain.
    count = np.bincount(truth)[truth]
    learnt = np.isfinite(scores)
    target = np.where(learnt, (1 / (count + 2) / np.maximum(learnt.sum(axis=1) - 1, 1))[:, None], 0)
    target[np.arange(len(truth)), truth] = (count + 1) / (count + 2)

    def loss(log_temperature: float) -> float:
        chance = log_softmax(scores / np.exp(log_temperature), axis=1)
        return float(-weight @ (target * np.where(learnt, chance, 0)).sum(axis=1))

    return float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))


def _kernel(one: np.ndarray, other: np.ndarray, kernel: str, gamma: float) -> np.ndarray:
    """(N, D), (M, D) → (N, M)."""
    products = one @ other.T
    if kernel == "rbf":
        squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * products
        return np.exp(-gamma * squares / one.shape[1])
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
