"""Larger networks, fold by fold: plain training on the folds' own clips, the last epoch judged.

With one thread, whatever is given: a convolution's gradient is summed in another order by each number of threads, and a
training as long as these makes other answers of that. Several run beside each other by ``--jobs``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mer_core.features import FeatureSet
from mer_core.models.method import OnEpoch
from mer_core.models.picture_network import PictureNetwork
from mer_core.training.loop_settings import LoopSettings
from mer_core.training.schedules import one_cycle

_AT_ONCE = 16


@dataclass(frozen=True)
class FittedModule:
    """A trained network: see ``mer_core.models.method.Fitted``."""

    network: PictureNetwork
    settings: LoopSettings

    def predict_proba(self, features: FeatureSet) -> np.ndarray:
        """(N, classes) float32."""
        return _probabilities(self.network, self.network.pictures(features, self.settings), self.settings)


def fit_module(
    kind: type[PictureNetwork], features: FeatureSet, settings: LoopSettings, seed: int, on_epoch: OnEpoch
) -> FittedModule:
    """See ``mer_core.models.method.Fit``."""
    inputs = kind.pictures(features, settings)
    own = np.arange(len(features))
    with _reproducible():
        network = _fresh(kind, features, settings, seed)
        _train(network, inputs, features, own, settings, lambda epoch: on_epoch(epoch, settings.epochs))
    return FittedModule(network, settings)


def predict_fold_by_fold(
    kind: type[PictureNetwork],
    features: FeatureSet,
    held_out: np.ndarray,
    settings: LoopSettings,
    seed: int,
    on_epoch: OnEpoch,
) -> np.ndarray:
    """See ``mer_core.models.method.Predict``. A fold is what ``fit_module`` gives on the fold's own clips."""
    inputs = kind.pictures(features, settings)
    total = np.zeros((len(features), len(features.classes)), dtype=np.float32)
    with _reproducible():
        for fold, rows in enumerate(held_out):
            network = _fresh(kind, features, settings, seed)

            def told(epoch: int, done: int = fold) -> None:
                on_epoch(done * settings.epochs + epoch, len(held_out) * settings.epochs)

            _train(network, inputs, features, np.flatnonzero(~rows), settings, told)
            if rows.any():
                total[rows] += _probabilities(network, inputs[:, torch.from_numpy(rows)], settings)
    times = held_out.sum(axis=0)[:, None]
    return np.where(times > 0, total / np.maximum(times, 1), np.nan).astype(np.float32)


@contextmanager
def _reproducible() -> Iterator[None]:
    """Random numbers and the number of threads of this training alone."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(threads)


def _fresh(kind: type[PictureNetwork], features: FeatureSet, settings: LoopSettings, seed: int) -> PictureNetwork:
    """First weights, and all random numbers from here on, are the seed's: the same in every fold."""
    torch.manual_seed(seed)
    return kind(settings, len(features.classes))


def _train(
    network: PictureNetwork,
    inputs: Tensor,
    features: FeatureSet,
    own: np.ndarray,
    settings: LoopSettings,
    told: Callable[[int], None],
) -> None:
    """Learn from the clips ``own`` (K,) int64; inputs: (2, N, C, S, S)."""
    truth = torch.from_numpy(features.label)
    rows = torch.from_numpy(own)
    classes = len(features.classes)
    counts = np.bincount(features.label[own], minlength=classes).clip(1)
    weight = torch.from_numpy((len(own) / (classes * counts)) ** settings.class_weight).float()
    steps = -(-len(own) // settings.batch)
    optimiser = _optimiser(network, settings)
    schedule: torch.optim.lr_scheduler.LRScheduler
    if settings.schedule == "onecycle":
        schedule = one_cycle(optimiser, settings.rate, settings.epochs * steps)
    else:
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, settings.step * steps, settings.gamma)
    network.train()
    for epoch in range(1, settings.epochs + 1):
        for batch in rows[torch.randperm(len(rows))].tensor_split(steps):
            side = torch.randint(2, (len(batch),)) if settings.flip else torch.zeros(len(batch), dtype=torch.int64)
            loss = functional.cross_entropy(network(inputs[side, batch]), truth[batch], weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        told(epoch)


def _optimiser(network: PictureNetwork, settings: LoopSettings) -> torch.optim.Optimizer:
    if settings.optimiser == "sgd":
        return torch.optim.SGD(
            network.parameters(), settings.rate, momentum=0.9, weight_decay=settings.weight_decay, fused=True
        )
    return torch.optim.AdamW(network.parameters(), settings.rate, weight_decay=settings.weight_decay, fused=True)


@torch.no_grad()
def _probabilities(network: PictureNetwork, inputs: Tensor, settings: LoopSettings) -> np.ndarray:
    network.eval()
    sides = inputs if settings.flip else inputs[:1]
    # Few at a time: a whole subject's large pictures would take more memory than the training.
    answers = [torch.cat([network(part).softmax(-1) for part in side.split(_AT_ONCE)]) for side in sides]
    mean: np.ndarray = torch.stack(answers).mean(0).numpy()
    return mean
