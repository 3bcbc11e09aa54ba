"""MR-UAMF+'s network forward and backward, all networks and members at once, in as few and large products as there are.

Activations have the clips as their last axis: a member's units are then rows that lie together, and no step copies.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def two_layers(features: Tensor, weights: Mapping[str, Tensor], scale: Tensor, drop: Tensor | None) -> Tensor:
    """Logits (M, K, classes, B) of M networks of K members with a hidden layer of h rectified units.

    features: (M, B, F), not differentiated. weights: ``hidden.weight`` (M, K, h, F), ``hidden.bias`` (M, K, h),
    ``classes.weight`` (M, K, classes, h), ``classes.bias`` (M, K, classes). scale: (K, F), what each member divides the
    features by. drop: (M, h, B), what each unit is multiplied with, the same for all members: 0, or the network's gain.
    """
    layers = (weights[f"{layer}.{kind}"] for layer in ("hidden", "classes") for kind in ("weight", "bias"))
    logits: Tensor = _TwoLayers.apply(features, *layers, scale, drop)
    return logits


class _TwoLayers(torch.autograd.Function):
    """See ``two_layers``."""

    @staticmethod
    def forward(
        ctx: Any,
        features: Tensor,
        weight: Tensor,
        bias: Tensor,
        last_weight: Tensor,
        last_bias: Tensor,
        scale: Tensor,
        drop: Tensor | None,
    ) -> Tensor:
        """See ``two_layers``."""
        # The members' scales go into the weights, so that all members' units are one product.
        scaled = (weight / scale[:, None]).flatten(1, 2)
        hidden = torch.baddbmm(bias.flatten(1)[..., None], scaled, features.transpose(1, 2)).relu_()
        hidden = hidden.unflatten(1, bias.shape[1:])
        if drop is not None:
            hidden *= drop[:, None]
        gain = hidden.new_ones(len(hidden)) if drop is None else drop.amax((1, 2))
        ctx.save_for_backward(features, hidden, last_weight, scale, gain)
        logits = torch.baddbmm(last_bias.flatten(0, 1)[..., None], last_weight.flatten(0, 1), hidden.flatten(0, 1))
        return logits.unflatten(0, bias.shape[:2])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor, Tensor, Tensor, Tensor, None, None]:
        """Gradients of the weights."""
        features, hidden, last_weight, scale, gain = ctx.saved_tensors
        above, units = gradient.flatten(0, 1), hidden.flatten(0, 1)
        last = torch.bmm(above, units.transpose(1, 2)).view_as(last_weight)
        through = (gradient * gain[:, None, None, None]).flatten(0, 1)
        below = torch.bmm(last_weight.flatten(0, 1).transpose(1, 2), through)
        # A unit that is 0 was off or dropped; all others of its network were multiplied with the same.
        below = torch.ops.aten.threshold_backward.grad_input(below, units, 0, grad_input=below).view_as(hidden)
        first = torch.bmm(below.flatten(1, 2), features).unflatten(1, hidden.shape[1:3])
        return None, first.div_(scale[:, None]), below.sum(-1), last, gradient.sum(-1), None, None
