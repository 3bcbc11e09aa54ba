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


@dataclass(frozen=True)
class Choice:
    """held_out: (N, C) probabilities, NaN where no fold holds a clip out. candidate: (F,) which each fold chose.

    inner_uf1: (F, candidates) pooled UF1 of each in the fold's own inner folds.
    """

    held_out: np.ndarray
    candidate: np.ndarray
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


def predict_chosen(
    method: Method,
    features: FeatureSet,
    held_out: np.ndarray,
    tried: Sequence[MethodSettings],
    seed: int,
    on_epoch: OnEpoch,
) -> Choice:
    """As ``Method.predict_held_out``, each fold with the settings of ``tried`` that do best in its inner folds.

    Inner folds are five of whole subjects; the pooled UF1 decides, among equals the first. FeatureError where a fold
    has too few subjects of its own.
    """
    steps, done = len(held_out) * len(tried) + 1, 0
    uf1 = np.zeros((len(held_out), len(tried)))
    for fold, rows in enumerate(held_out):
        own = features.select(~rows)
        try:
            inner = split("kfold", own.label, own.group, folds=INNER_FOLDS, seed=seed)
            check_division(own, inner)
        except FeatureError as error:
            raise FeatureError(f"No settings can be chosen within fold {fold + 1}. {error}") from error
        for number, settings in enumerate(tried):

            def told(epoch: int, epochs: int, done: int = done) -> None:
                on_epoch(round(1000 * (done + epoch / max(epochs, 1))), 1000 * steps)

            answers = method.predict_held_out(own, inner.held_out, settings, seed, told)
            check_probabilities(method.name, answers, own, inner.held_out)
            uf1[fold, number] = score(own.label, answers.argmax(axis=1), own.classes)["uf1"]
            done += 1
    candidate = uf1.argmax(axis=1)
    answers = np.full((len(features), len(features.classes)), np.nan, np.float32)
    for number in np.unique(candidate):
        folds = held_out[candidate == number]

        def last(epoch: int, epochs: int) -> None:
            on_epoch(round(1000 * (steps - 1 + epoch / max(epochs, 1))), 1000 * steps)

        own_answers = method.predict_held_out(features, folds, tried[number], seed, last)
        check_probabilities(method.name, own_answers, features, folds)
        there = folds.any(axis=0)
        answers[there] = own_answers[there]
    return Choice(answers, candidate, uf1)


def choices_said(
    choices: Sequence[Choice], tried: Sequence[MethodSettings], names: Sequence[str]
) -> list[dict[str, Any]]:
    """JSON-ready, the most frequent first: each candidate's values, and how many folds of all seeds chose it."""
    counts = Counter(int(number) for choice in choices for number in choice.candidate)
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
