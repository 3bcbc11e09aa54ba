"""Settings chosen fold by fold on the fold's own clips alone: cross-validation within cross-validation.

What was tried on the very clips that a method is judged on flatters it, were they held out ever so well: of many
settings some fit these clips by chance. Here a fold's held-out clips have no say in which settings it is judged with.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np

from mer_core.errors import FeatureError, ModelError
from mer_core.evaluation.metrics import score
from mer_core.evaluation.parts import check_probabilities
from mer_core.evaluation.plan import check_division
from mer_core.evaluation.protocols import split
from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.models.settings import MethodSettings

INNER_FOLDS = 5
BUNDLES = 10
"""Where there are more folds than this, several choose together: ten choices cost a quarter of forty."""


@dataclass(frozen=True)
class Choice:
    """What each of F folds chose of the candidates, and what came of it.

    held_out: (N, classes) probabilities, NaN where no fold holds a clip out. chosen: (F, together) int64, the
    candidates that answer together, best first. inner_uf1: (F, candidates) the pooled UF1 that decided.
    """

    held_out: np.ndarray
    chosen: np.ndarray
    inner_uf1: np.ndarray


def candidates(settings: MethodSettings, values: Mapping[str, Sequence[Any]]) -> list[MethodSettings]:
    """``settings`` with every combination of these values by name, the first of each first. Else ModelError."""
    known = {item.name for item in fields(settings)}
    for name, tried in values.items():
        if name not in known - {"seed", "seeds"}:
            raise ModelError(f"The setting '{name}' cannot be chosen on inner folds: this method has none to choose.")
        if len(set(tried)) < 2:
            raise ModelError(f"There is nothing to choose for the setting '{name}': give at least two values.")
    return [replace(settings, **dict(zip(values, each, strict=True))) for each in product(*values.values())]


def check_together(together: int, tried: Sequence[MethodSettings]) -> None:
    """Raise ModelError where not that many of the candidates can answer as one."""
    if not 1 <= together <= len(tried):
        raise ModelError(
            f"{together} candidates cannot answer together, for there are {len(tried)}: ask for 1 to {len(tried)}."
            if len(tried) > 1
            else "Candidates that answer together are to be chosen from: name the settings and values to choose."
        )


def predict_chosen(
    method: Method,
    features: FeatureSet,
    held_out: np.ndarray,
    tried: Sequence[MethodSettings],
    seed: int,
    on_epoch: OnEpoch,
    together: int = 1,
) -> Choice:
    """As ``Method.predict_held_out``, each fold with the settings of ``tried`` that do best without its clips.

    Beyond ten folds, ten bundles of folds choose, each without the clips of all its folds. The pooled UF1 of five inner
    folds of whole subjects decides, among equals the first. together: how many of the best answer as one, by their
    mean. FeatureError where too few subjects are left to choose with.
    """
    dealt = bundles(len(held_out), seed)
    pace = _Pace(on_epoch, len(dealt) * INNER_FOLDS * len(tried) + len(held_out) * together)
    uf1 = np.zeros((len(held_out), len(tried)))
    for bundle in dealt:
        own = features.select(~held_out[bundle].any(axis=0))
        try:
            inner = split("kfold", own.label, own.group, folds=INNER_FOLDS, seed=seed)
            check_division(own, inner)
        except FeatureError as error:
            raise FeatureError(f"No settings can be chosen within fold {bundle[0] + 1}. {error}") from error
        for number, settings in enumerate(tried):
            answers = method.predict_held_out(own, inner.held_out, settings, seed, pace.of(INNER_FOLDS))
            check_probabilities(method.name, answers, own, inner.held_out)
            uf1[bundle, number] = score(own.label, answers.argmax(axis=1), own.classes)["uf1"]
    chosen = np.argsort(-uf1, axis=1, kind="stable")[:, :together]
    total = np.zeros((len(features), len(features.classes)))
    total[~held_out.any(axis=0)] = np.nan
    for number in np.unique(chosen):
        folds = held_out[(chosen == number).any(axis=1)]
        answers = method.predict_held_out(features, folds, tried[number], seed, pace.of(len(folds)))
        check_probabilities(method.name, answers, features, folds)
        there = folds.any(axis=0)
        total[there] += answers[there]
    return Choice((total / together).astype(np.float32), chosen, uf1)


def bundles(folds: int, seed: int) -> list[np.ndarray]:
    """Numbers of the folds that choose together, dealt without a look at their clips."""
    dealt = np.random.default_rng(seed).permutation(folds)
    return sorted((np.sort(bundle) for bundle in np.array_split(dealt, min(BUNDLES, folds))), key=lambda each: each[0])


class _Pace:
    """Tells how much of several trainings is done, each by its share of ``total``."""

    def __init__(self, on_epoch: OnEpoch, total: int) -> None:
        self._on_epoch = on_epoch
        self._total = total
        self._before = self._share = 0

    def of(self, share: int) -> OnEpoch:
        """What the next training tells its epochs to."""
        self._before += self._share
        self._share = share

        def told(epoch: int, epochs: int) -> None:
            self._on_epoch(round(1000 * (self._before + share * epoch / max(epochs, 1))), 1000 * self._total)

        return told


def choices_said(
    choices: Sequence[Choice], tried: Sequence[MethodSettings], names: Sequence[str]
) -> list[dict[str, Any]]:
    """JSON-ready, the most frequent first: each candidate's values, and how many folds of all seeds chose it."""
    counts = Counter(int(number) for choice in choices for number in choice.chosen.flat)
    mean = np.mean([choice.inner_uf1.mean(axis=0) for choice in choices], axis=0)
    said = [
        {
            "settings": {name: getattr(settings, name) for name in names},
            "folds": counts[number],
            "inner_uf1": float(mean[number]),
        }
        for number, settings in enumerate(tried)
    ]
    return sorted(said, key=lambda each: -each["folds"])
