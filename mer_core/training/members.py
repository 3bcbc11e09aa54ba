"""Training many networks at once on the same batches, each with its own clips held out.

A *member* is one network: a fold's, or the full one with nothing held out. Every member reads the same batches; a
clip held out from it is masked out of its loss, its batch-norm statistics, its mixtures and its FU-MIX trajectory. All
random numbers (first weights, order, mirroring, mixing, dropout) are drawn per seed and shared by the members, so a
member is the same whether it is trained alone or beside others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mer_core.models.inputs import Inputs
from mer_core.models.member_network import MemberNetwork
from mer_core.models.mr_uamf import MrUamf
from mer_core.training.fumix import draw_mix, mixed_loss, uncertainty_weights
from mer_core.training.settings import LearningSettings, TrainSettings


@dataclass(frozen=True)
class Epoch:
    """An epoch that is done. ``loss`` is the mean over members and steps."""

    stage: str
    loss: float


class Members:
    """All members of one seed.

    held_out: (K, N) bool. ``check`` is called every step; what it raises ends the training.
    """

    def __init__(
        self,
        inputs: Inputs,
        label: np.ndarray,
        held_out: np.ndarray,
        classes: int,
        settings: LearningSettings,
        seed: int,
        check: Callable[[], None] = lambda: None,
        kind: type[MemberNetwork] = MrUamf,
    ) -> None:
        self.inputs = inputs
        self.label = torch.from_numpy(label)
        self.held_out = held_out
        self.keep = torch.from_numpy(~held_out.T).float()
        self.classes = classes
        self.settings = settings
        self.check = check
        self.kind = kind
        self.generator = torch.Generator().manual_seed(seed)
        self.uncertainty = torch.zeros_like(self.keep)
        """(N, K), u of FU-MIX so far; of no meaning where the clip is held out."""
        self.recorded = 0
        self.network = self._new_network()
        self.class_weight = class_weights(self.label, self.keep, classes, settings.class_weight)

    def epochs(self) -> Iterator[Epoch]:
        """Train, epoch by epoch; between two the network is whole and may be used or kept."""
        weight = torch.ones_like(self.keep)
        if isinstance(self.settings, TrainSettings) and self.settings.mixing == "fu-mix":
            yield from self._trajectory(self.settings, weight)
            weight = uncertainty_weights(self.uncertainty, self.keep, self.settings)
            self.network = self._new_network()
        yield from self._train("training", self.settings.epochs, weight)

    def add_held_out_probabilities(self, total: np.ndarray) -> None:
        """Add to ``total`` (N, classes) float32 what each member says of the clips held out from it."""
        for member, held_out in enumerate(self.held_out):
            if held_out.any():
                total[held_out] += probabilities(self.network.select([member]), self.inputs, np.flatnonzero(held_out))

    def _new_network(self) -> MemberNetwork:
        return self.kind.create(self.settings, self.classes, self.held_out.shape[0], self.generator)

    def _trajectory(self, settings: TrainSettings, weight: Tensor) -> Iterator[Epoch]:
        """A plain run, recorded from epoch ``T_s`` on."""
        for number, epoch in enumerate(self._train("trajectory", settings.T_s + settings.T, weight)):
            if number >= settings.T_s:
                self._record()
            yield epoch

    def _train(self, stage: str, epochs: int, weight: Tensor) -> Iterator[Epoch]:
        """``epochs`` epochs with clip weights (N, K). The trajectory is a plain run: nothing is mixed."""
        plain = stage == "trajectory"
        clips = len(self.label)
        steps = max(2, -(-clips // self.settings.batch))
        optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=self.settings.rate, weight_decay=self.settings.weight_decay, fused=True
        )
        schedule: torch.optim.lr_scheduler.LRScheduler | None = None
        if self.settings.schedule == "onecycle":
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, self.settings.rate, total_steps=epochs * steps, pct_start=0.2
            )
        for _ in range(epochs):
            losses = []
            for rows in torch.randperm(clips, generator=self.generator).tensor_split(steps):
                self.check()
                losses.append(self._step(rows, weight, optimiser, plain))
                if schedule is not None:
                    schedule.step()
            yield Epoch(stage, float(np.mean(losses)))

    def _step(self, rows: Tensor, weight: Tensor, optimiser: torch.optim.Optimizer, plain: bool) -> float:
        mirrored = torch.zeros(len(rows), dtype=torch.int64)
        if self.settings.flip:
            mirrored = torch.randint(2, (len(rows),), generator=self.generator)
        flow, image = self.inputs.pick(rows, mirrored)
        keep = self.keep[rows]
        mix = None if plain else draw_mix(len(rows), self.settings, self.generator)
        own = keep
        if mix is not None:
            flow = mix.blend(flow)
            image = None if image is None else mix.blend(image)
            own = keep * keep[mix.partner]
        output = self.network.forward(flow, image, own, self.generator)
        label = self.label[rows]
        clip_weight = weight[rows] * self.class_weight[:, label].T
        loss = mixed_loss(output.logits, label, clip_weight, keep, mix, self.settings.label_smoothing)
        optimiser.zero_grad()
        # Members share no weight, so the sum's gradient is each one's own.
        loss.sum().backward()
        optimiser.step()
        return float(loss.detach().mean())

    @torch.no_grad()
    def _record(self) -> None:
        """One more epoch of the trajectory: which clips does each member misread now?"""
        for rows in torch.arange(len(self.label)).split(self.settings.batch):
            self.check()
            flow, image = self.inputs.pick(rows, torch.zeros_like(rows))
            wrong = self.network.forward(flow, image).logits.argmax(-1) != self.label[rows, None]
            self.uncertainty[rows] = (self.uncertainty[rows] * self.recorded + wrong) / (self.recorded + 1)
        self.recorded += 1


@torch.no_grad()
def probabilities(network: MemberNetwork, inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """(R, classes) float32: the mean over the network's members, and over both mirror images if trained with them."""
    index = torch.from_numpy(np.asarray(rows, dtype=np.int64))
    sides = (0, 1) if network.settings.flip else (0,)
    total = torch.zeros(len(index), network.classes)
    for side in sides:
        flow, image = inputs.pick(index, torch.full_like(index, side))
        total += network.forward(flow, image).logits.softmax(-1).mean(1)
    return (total / len(sides)).numpy()


def class_weights(label: Tensor, keep: Tensor, classes: int, power: float) -> Tensor:
    """(K, C): (N / (C n_c))^p counted among each member's own clips, scaled to mean 1 over them."""
    counts = keep.T @ torch.nn.functional.one_hot(label, classes).float()
    weight = (counts.sum(1, keepdim=True) / (classes * counts.clamp_min(1))) ** power
    mean = (weight * counts).sum(1, keepdim=True) / counts.sum(1, keepdim=True).clamp_min(1)
    return weight / mean.clamp_min(1e-12)
