"""FU-MIX: mixing that leans on the clips a network keeps misreading (Gao et al. 2025; UMIX, Han et al. 2022).

The uncertainty of clip i is the share of T recorded epochs, from T_s on, at which the network misclassified it:
u_i = (1/T) Σ_t κ(y_i, ŷ_i(θ_t)). (The paper says that κ is 1 where the network is right; only the opposite makes its
own aim true, that underperforming clips weigh more, and is what UMIX does.) Its weight is w_i = η u_i + c. Two clips
are mixed to x̃ = λ x_i + (1 − λ) x_j, λ ~ Beta(α, α), with the loss w_i λ ℓ(f(x̃), y_i) + w_j (1 − λ) ℓ(f(x̃), y_j).

All functions work for many members at once: (…, K), each with its own clips (``keep``).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.training.settings import LearningSettings, TrainSettings


@dataclass(frozen=True)
class Mix:
    """How a batch of B is mixed: with which others, and how much of itself a clip keeps."""

    partner: Tensor
    """(B,) int64, positions in the batch."""
    share: float | Tensor
    """λ in 0..1: one of all, or (B,), one a clip."""

    def blend(self, values: Tensor) -> Tensor:
        """λ x_i + (1 − λ) x_j of (B, …)."""
        share = self.share.view(-1, *(1 for _ in values.shape[1:])) if isinstance(self.share, Tensor) else self.share
        return share * values + (1 - share) * values[self.partner]


def draw_mix(batch: int, settings: LearningSettings, generator: torch.Generator) -> Mix | None:
    """How to mix the next batch; None (with chance 1 − σ) leaves it as it is."""
    if settings.mixing == "none" or torch.rand((), generator=generator).item() >= settings.sigma:
        return None
    # Beta(α, α) as a share of two gamma draws, by our generator.
    gamma = torch._standard_gamma(torch.full((2,), settings.alpha, dtype=torch.float64), generator=generator)
    total = float(gamma.sum())
    share = float(gamma[0]) / total if total > 0 else 0.5
    return Mix(torch.randperm(batch, generator=generator), share)


def uncertainty_weights(uncertainty: Tensor, keep: Tensor, settings: TrainSettings) -> Tensor:
    """w = η u + c of (N, K), with ``normalise_weights`` scaled to mean 1 over each member's own clips (keep = 1)."""
    weights = settings.eta * uncertainty + settings.c
    if settings.normalise_weights:
        weights = weights * keep.sum(0).clamp_min(1) / (weights * keep).sum(0).clamp_min(1e-12)
    return weights


def mixed_loss(
    logits: Tensor, label: Tensor, weight: Tensor, keep: Tensor, mix: Mix | None, label_smoothing: float
) -> Tensor:
    """Each member's mean loss over its own clips of the batch: (K,).

    logits: (B, K, C); label: (B,) int64; weight: (B, K), of each clip for each member; keep: (B, K), 1 for a member's
    own clips. A mixture of which either part is held out from a member does not exist for that member.
    """
    targets, keep = mixed_targets(label, logits.shape[-1], weight, keep, mix, label_smoothing)
    return loss_towards(functional.log_softmax(logits, dim=-1), targets, keep)


def mixed_targets(
    label: Tensor, classes: int, weight: Tensor, keep: Tensor, mix: Mix | None, label_smoothing: float | Tensor
) -> tuple[Tensor, Tensor]:
    """What a batch is to be answered, shares times weights (B, K, C), and ``keep`` (B, K) of the mixtures.

    Arguments as ``mixed_loss`` has them; ``label_smoothing`` may also be (B, 1), one a clip. Cross entropy is linear in
    its target, so the mixture of two losses is the loss towards the mixture of the targets.
    """
    answers = functional.one_hot(label, classes).float() * (1 - label_smoothing) + label_smoothing / classes
    targets = weight[..., None] * answers[:, None]
    if mix is None:
        return targets, keep
    return mix.blend(targets), keep * keep[mix.partner]


def loss_towards(log_p: Tensor, targets: Tensor, keep: Tensor) -> Tensor:
    """Mean cross entropy (…, K) of log probabilities (…, B, K, C) towards ``targets``, over clips kept (…, B, K)."""
    losses = -(targets * log_p).sum(-1)
    return (losses * keep).sum(-2) / keep.sum(-2).clamp_min(1)
