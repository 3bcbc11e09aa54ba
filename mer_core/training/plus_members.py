"""Training MR-UAMF+: the members of one seed at once, see ``seed_members``.

A clip held out from a member is masked out of its loss, its scale and its mixtures. Each of a seed's networks draws its
own random numbers.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from mer_core.models.plus import PlusInputs, PlusNetwork
from mer_core.training.fumix import Mix, mixed_loss
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.schedules import WARM_UP, one_cycle
from mer_core.training.seed_members import Epoch, SeedMembers

_LEAST_SCALE = 0.02


class PlusMembers(SeedMembers):
    """All members of one seed. The uncertainty is that of the last member alone."""

    def __init__(
        self,
        inputs: PlusInputs,
        label: np.ndarray,
        held_out: np.ndarray,
        classes: int,
        settings: PlusSettings,
        seed: int,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(inputs, label, held_out, classes, settings, seed, check)
        self.uncertainty = torch.zeros(len(label), 1)

    def new_network(self) -> PlusNetwork:
        """See ``SeedMembers``."""
        return PlusNetwork.create(self.settings, self.classes, self._scale(), self.generator)

    def epochs(self) -> Iterator[Epoch]:
        """See ``SeedMembers``."""
        settings, clips = self.settings, len(self.label)
        steps = max(2, -(-clips // settings.batch))
        optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay, fused=True
        )
        schedule = one_cycle(optimiser, settings.rate, settings.epochs * steps)
        for epoch in range(settings.epochs):
            losses = []
            orders = torch.stack([torch.randperm(clips, generator=self.generator) for _ in range(settings.networks)])
            for rows in orders.tensor_split(steps, dim=1):
                self.check()
                losses.append(self._step(rows, optimiser))
                schedule.step()
            if epoch >= WARM_UP * settings.epochs:
                self._record()
            yield Epoch("training", float(np.mean(losses)))

    def _scale(self) -> Tensor:
        """(K, 245): each feature's standard deviation over a member's own clips, unmoved and mirrored."""
        plain = self.inputs.features[:, 0].double()
        count = 2 * self.keep.sum(0).clamp_min(1).double()[:, None]
        keep = self.keep.T.double()
        mean = keep @ plain.sum(0) / count
        square = keep @ plain.square().sum(0) / count
        return (square - mean.square()).clamp_min(0).sqrt().clamp_min(_LEAST_SCALE).float()

    def _step(self, rows: Tensor, optimiser: torch.optim.Optimizer) -> float:
        """One step of every network on its own batch; rows: (M, B)."""
        settings = self.settings
        networks, batch = rows.shape
        sides, moves = self.inputs.features.shape[:2]
        side = torch.randint(sides if settings.flip else 1, rows.shape, generator=self.generator)
        move = torch.randint(moves, rows.shape, generator=self.generator)
        features = self.inputs.features[side, move, rows]
        mixes = [self._draw_mix(batch) for _ in range(networks)]
        blended = [one if mix is None else mix.blend(one) for one, mix in zip(features, mixes, strict=True)]
        features = torch.stack(blended)
        hidden = self.network.hidden(features * self._dropout(features.shape, settings.input_dropout))
        drop = self._dropout((networks, batch, 1, settings.hidden), settings.dropout)
        logits = self.network.logits(hidden * drop)
        loss = torch.stack(
            [
                mixed_loss(
                    logits[one],
                    self.label[rows[one]],
                    self.class_weight[:, self.label[rows[one]]].T,
                    self.keep[rows[one]],
                    mixes[one],
                    settings.label_smoothing,
                )
                for one in range(networks)
            ]
        )
        optimiser.zero_grad()
        # Neither networks nor members share a weight, so the sum's gradient is each one's own.
        loss.sum().backward()
        optimiser.step()
        return float(loss.detach().mean())

    def _draw_mix(self, batch: int) -> Mix | None:
        """Mixup with a share for each clip (Zhang et al. 2018)."""
        if not self.settings.alpha:
            return None
        gamma = torch._standard_gamma(torch.full((2, batch, 1), self.settings.alpha), generator=self.generator)
        share = gamma[0] / gamma.sum(0).clamp_min(1e-12)
        return Mix(torch.randperm(batch, generator=self.generator), share)

    def _dropout(self, shape: tuple[int, ...], chance: float) -> Tensor:
        """Factors that drop the same in all members."""
        return (torch.rand(shape, generator=self.generator) >= chance).float().div_(1 - chance)

    def _record(self) -> None:
        """One more epoch at which the last member misreads some clips."""
        last = self.network.select([len(self.held_out) - 1])
        wrong = last.probabilities(self.inputs, torch.arange(len(self.label))).argmax(-1) != self.label
        self.uncertainty = (self.uncertainty * self.recorded + wrong[:, None]) / (self.recorded + 1)
        self.recorded += 1
