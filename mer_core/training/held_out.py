"""Folds judged by networks of many members: as many at once as the memory allows."""

from collections.abc import Iterator

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import OnEpoch
from mer_core.training.kinds import Settings, kind_of
from mer_core.training.team import Team, workers

WEIGHTS_AT_ONCE = 20_000_000
"""Weights in training at a time; each takes 16 bytes with its gradient and AdamW's two averages."""


class Answers:
    """What members say of the clips held out from them."""

    def __init__(self, clips: int, classes: int) -> None:
        self._total = np.zeros((clips, classes), dtype=np.float32)
        self._times = np.zeros((clips, 1), dtype=np.int64)

    def add(self, team: Team) -> None:
        """Those of a team, as it is now."""
        times = team.held_out.sum(axis=0)[:, None]
        self._total += np.where(times > 0, times * team.held_out_probabilities(), 0)
        self._times += times

    def mean(self) -> np.ndarray:
        """(N, classes) float32; NaN for a clip that was never held out."""
        return np.where(self._times > 0, self._total / np.maximum(self._times, 1), np.nan).astype(np.float32)


def predict_held_out(
    features: FeatureSet,
    held_out: np.ndarray,
    settings: Settings,
    seed: int,
    on_epoch: OnEpoch,
    weights_at_once: int = WEIGHTS_AT_ONCE,
) -> np.ndarray:
    """See ``mer_core.models.method.Predict``. How many folds are trained at once changes nothing but the time."""
    answers = Answers(*_size(features))
    for team, epoch in _train(features, held_out, settings, seed, on_epoch, weights_at_once):
        if epoch == settings.epochs:
            answers.add(team)
    return answers.mean()


def held_out_by_epoch(
    features: FeatureSet, held_out: np.ndarray, settings: Settings, seed: int, on_epoch: OnEpoch
) -> Iterator[np.ndarray]:
    """See ``mer_core.models.method.PredictByEpoch``."""
    answers = [Answers(*_size(features)) for _ in range(settings.epochs)]
    for team, epoch in _train(features, held_out, settings, seed, on_epoch, WEIGHTS_AT_ONCE):
        if epoch > 0:
            answers[epoch - 1].add(team)
    yield from (one.mean() for one in answers)


def _size(features: FeatureSet) -> tuple[int, int]:
    return len(features), len(features.classes)


def _train(
    features: FeatureSet,
    held_out: np.ndarray,
    settings: Settings,
    seed: int,
    on_epoch: OnEpoch,
    weights_at_once: int,
) -> Iterator[tuple[Team, int]]:
    """Team after team, each after every epoch; 1 is the first of the training proper, after FU-MIX's trajectory."""
    kind, classes, total = kind_of(settings), len(features.classes), settings.total_epochs
    inputs = kind.inputs(features, settings)
    at_once = max(2, weights_at_once // kind.network.parameter_count(settings, classes))
    groups = np.array_split(held_out, -(-len(held_out) // at_once))
    with workers() as pool:
        for number, group in enumerate(groups):
            team = Team(inputs, features.label, group, classes, settings, seed)
            for done, _ in enumerate(team.epochs(pool), start=1):
                on_epoch(number * total + done, len(groups) * total)
                yield team, done - (total - settings.epochs)
