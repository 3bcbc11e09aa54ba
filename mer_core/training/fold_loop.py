"""Heavy networks, fold by fold: plain training on the folds' own clips, the last epoch judged."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mer_core.features import FeatureSet
from mer_core.models.inputs import mirror_flow
from mer_core.models.method import OnEpoch
from mer_core.training.loop_settings import LoopSettings

_AT_ONCE = 16


def predict_fold_by_fold(
    kind: Callable[[Any, int], nn.Module],
    inputs: Tensor,
    features: FeatureSet,
    held_out: np.ndarray,
    settings: LoopSettings,
    seed: int,
    on_epoch: OnEpoch,
) -> np.ndarray:
    """See ``mer_core.models.method.Predict``. inputs: (2, N, C, S, S) float32, as they are and mirrored.

    All folds start from the same first weights, those that ``kind`` (settings, classes) has under the seed.
    """
    label, classes = features.label, len(features.classes)
    with torch.random.fork_rng(devices=[]):
        total = np.zeros((len(label), classes), dtype=np.float32)
        for fold, rows in enumerate(held_out):
            torch.manual_seed(seed)
            network = kind(settings, classes)

            def told(epoch: int, done: int = fold) -> None:
                on_epoch(done * settings.epochs + epoch, len(held_out) * settings.epochs)

            _train(network, inputs, label, np.flatnonzero(~rows), classes, settings, told)
            if rows.any():
                total[rows] += _probabilities(network, inputs[:, torch.from_numpy(rows)], settings)
    times = held_out.sum(axis=0)[:, None]
    return np.where(times > 0, total / np.maximum(times, 1), np.nan).astype(np.float32)


def flow_pictures(features: FeatureSet, side: int) -> Tensor:
    """(2, N, 3, side, side): u, v and strain enlarged, each clip and channel standardised by itself."""
    return torch.stack([_pictures(features.flow, side), _pictures(mirror_flow(features.flow), side)])


def face_pictures(features: FeatureSet, side: int) -> Tensor:
    """(2, N, 1, side, side): the grey apex faces, each standardised by itself."""
    upright = _pictures(features.apex[..., None], side)
    return torch.stack([upright, upright.flip(-1)])


def _pictures(arrays: np.ndarray, side: int) -> Tensor:
    """(N, H, W, C) → (N, C, side, side) float32."""
    how = cv2.INTER_AREA if arrays.shape[1] > side else cv2.INTER_LINEAR
    resized = [cv2.resize(one.astype(np.float32), (side, side), interpolation=how) for one in arrays]
    values = torch.from_numpy(np.stack(resized).reshape(len(arrays), side, side, -1)).permute(0, 3, 1, 2)
    spread, mean = torch.std_mean(values, dim=(2, 3), correction=0, keepdim=True)
    return ((values - mean) / spread.clamp_min(1e-6)).contiguous()


def _train(
    network: nn.Module,
    inputs: Tensor,
    label: np.ndarray,
    own: np.ndarray,
    classes: int,
    settings: LoopSettings,
    told: Callable[[int], None],
) -> None:
    truth = torch.from_numpy(label)
    rows = torch.from_numpy(own)
    counts = np.bincount(label[own], minlength=classes).clip(1)
    weight = torch.from_numpy((len(own) / (classes * counts)) ** settings.class_weight).float()
    steps = -(-len(own) // settings.batch)
    optimiser = _optimiser(network, settings)
    schedule: torch.optim.lr_scheduler.LRScheduler
    if settings.schedule == "onecycle":
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, settings.rate, total_steps=settings.epochs * steps, pct_start=0.2
        )
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


def _optimiser(network: nn.Module, settings: LoopSettings) -> torch.optim.Optimizer:
    if settings.optimiser == "sgd":
        return torch.optim.SGD(
            network.parameters(), settings.rate, momentum=0.9, weight_decay=settings.weight_decay, fused=True
        )
    return torch.optim.AdamW(network.parameters(), settings.rate, weight_decay=settings.weight_decay, fused=True)


@torch.no_grad()
def _probabilities(network: nn.Module, inputs: Tensor, settings: LoopSettings) -> np.ndarray:
    network.eval()
    sides = inputs if settings.flip else inputs[:1]
    # Few at a time: a whole subject's large pictures would take more memory than the training.
    answers = [torch.cat([network(part).softmax(-1) for part in side.split(_AT_ONCE)]) for side in sides]
    mean: np.ndarray = torch.stack(answers).mean(0).numpy()
    return mean
