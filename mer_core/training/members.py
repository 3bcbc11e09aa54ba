"""Training MR-UAMF and the networks it is compared with: many members at once, see ``seed_members``.

What is held out from a member is masked out of its loss, its batch-norm statistics, its mixtures and its FU-MIX
trajectory.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from mer_core.models.inputs import Inputs
from mer_core.models.member_network import MemberNetwork
from mer_core.models.mr_uamf import MrUamf
from mer_core.training.fumix import draw_mix, mixed_loss, uncertainty_weights
from mer_core.training.schedules import one_cycle
from mer_core.training.seed_members import Epoch, SeedMembers, class_weights
from mer_core.training.settings import LearningSettings, TrainSettings


class Members(SeedMembers):
    """All members of one seed, each a network of ``kind``."""

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
        self.kind = kind
        super().__init__(inputs, label, held_out, classes, settings, seed, check)
        self.uncertainty = torch.zeros_like(self.keep)
        self.class_weight = class_weights(self.label, self.keep, classes, settings.class_weight)

    def new_network(self) -> MemberNetwork:
        """See ``SeedMembers``."""
        return self.kind.create(self.settings, self.classes, self.held_out.shape[0], self.generator, self.inputs.dtype)

    def epochs(self) -> Iterator[Epoch]:
        """See ``SeedMembers``; with FU-MIX first the trajectory."""
        weight = torch.ones_like(self.keep)
        if isinstance(self.settings, TrainSettings) and self.settings.mixing == "fu-mix":
            yield from self._trajectory(self.settings, weight)
            weight = uncertainty_weights(self.uncertainty, self.keep, self.settings)
            self.network = self.new_network()
        yield from self._train("training", self.settings.epochs, weight)

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
            schedule = one_cycle(optimiser, self.settings.rate, epochs * steps)
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
