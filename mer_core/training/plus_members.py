"""Training MR-UAMF+: the members of one seed at once, see ``seed_members``.

A clip held out from a member is masked out of its loss, its scale and its mixtures. Each of a seed's networks draws its
own random numbers, and its own doses of what is done against learning by heart.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from mer_core.models.plus import PlusNetwork
from mer_core.models.plus_inputs import PlusInputs
from mer_core.training.fumix import Mix, loss_towards, mixed_targets
from mer_core.training.plus_doses import Doses
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.schedules import WARM_UP, one_cycle
from mer_core.training.seed_members import Epoch, SeedMembers, class_weights

_LEAST_SCALE = 0.02
_LEAST_ALPHA = 1e-6


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
        self.doses = Doses.drawn(settings, self.generator)
        weights = [class_weights(self.label, self.keep, classes, float(power)) for power in self.doses.class_weight]
        self._weight_of_class = torch.stack(weights).transpose(1, 2)  # (M, classes, K)

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
        return (square - mean.square()).clamp_min(0).sqrt().clamp_min(_LEAST_SCALE).to(self.inputs.dtype)

    def _step(self, rows: Tensor, optimiser: torch.optim.Optimizer) -> float:
        """One step of every network on its own batch; rows: (M, B)."""
        settings, doses = self.settings, self.doses
        versions, moves = self.inputs.features.shape[:2]
        side = torch.randint(versions if settings.flip else 1, rows.shape, generator=self.generator)
        move = torch.randint(moves, rows.shape, generator=self.generator)
        features = self.inputs.features[side, move, rows].flatten(0, 1)
        mix = self._draw_mix(*rows.shape)
        if mix is not None:
            features = mix.blend(features)
        features = features.unflatten(0, rows.shape)
        features *= self._dropout(features.shape, doses.input_dropout)
        drop = self._dropout((len(rows), settings.hidden, rows.shape[1]), doses.dropout)
        log_p = self.network.logits(features, drop).log_softmax(2).permute(0, 3, 1, 2)

        every, networks = rows.flatten(), torch.arange(len(rows)).repeat_interleave(rows.shape[1])
        label, smoothing = self.label[every], doses.label_smoothing[networks, None]
        weight = self._weight_of_class[networks, label]
        answers = mixed_targets(label, self.classes, weight, self.keep[every], mix, smoothing)
        loss = loss_towards(log_p, *(part.unflatten(0, rows.shape) for part in answers))
        optimiser.zero_grad()
        # Neither networks nor members share a weight, so the sum's gradient is each one's own.
        loss.sum().backward()
        optimiser.step()
        return float(loss.detach().mean())

    def _draw_mix(self, networks: int, batch: int) -> Mix | None:
        """Mixup with a share for each clip (Zhang et al. 2018) within each network's batch; they lie end to end."""
        if not self.settings.alpha:
            return None
        alpha = self.doses.alpha[:, None].clamp_min(_LEAST_ALPHA).expand(networks, batch)
        one, other = (self._log_gamma_draw(alpha) for _ in range(2))
        share = (one - other).sigmoid()
        # Stable, for two of 24 bits are equal now and then, and which then comes first must not be the processor's.
        partner = torch.rand((networks, batch), generator=self.generator).argsort(stable=True, dim=1)
        return Mix((partner + batch * torch.arange(networks)[:, None]).flatten(), share.flatten())

    def _log_gamma_draw(self, alpha: Tensor) -> Tensor:
        """ln of draws from Gamma(alpha), which themselves are too small for a float where alpha is small.

        G(α) is G(α + 1) · U^(1/α) (Marsaglia and Tsang 2000).
        """
        uniform = 1 - torch.rand(alpha.shape, generator=self.generator)
        more = torch._standard_gamma(alpha + 1, generator=self.generator)
        return more.to(self.inputs.dtype).log() + uniform.to(self.inputs.dtype).log() / alpha

    def _dropout(self, shape: tuple[int, ...], chance: Tensor) -> Tensor:
        """Factors (M, …) that drop the same in all members, with each network's own chance (M,)."""
        chance = chance[:, None, None]
        return (torch.rand(shape, generator=self.generator) >= chance).float().div_(1 - chance)

    def _record(self) -> None:
        """One more epoch at which the last member misreads some clips."""
        last = self.network.select([len(self.held_out) - 1])
        wrong = last.probabilities(self.inputs, torch.arange(len(self.label))).argmax(-1) != self.label
        self.uncertainty = (self.uncertainty * self.recorded + wrong[:, None]) / (self.recorded + 1)
        self.recorded += 1
