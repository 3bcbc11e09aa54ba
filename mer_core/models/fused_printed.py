"""STSTNet's first step as printed, for many members at once: convolution, ReLU, batch norm at full size, max-pool.

As in ``fused``, the full-size maps (all members', gigabytes of them) exist a few samples at a time only; going back
they are computed again. Batch norm rises or falls evenly in each channel, so that pooling before it picks the same
places: the largest values where its scale is positive, the smallest where it is negative.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

_CHUNK_BYTES = 5_000_000
_EPSILON = 1e-5


class ConvolveNormalisePool(torch.autograd.Function):
    """max_pool(batch_norm(relu(convolution))), 3×3 pooling with stride 3 and padding 1.

    patches: (B, S·S, P), what each output place sees (a constant 1 among it for the bias), not differentiated; weight:
    (P, M), M all members' channels; scale, shift: (M,); share: (B, M), what each clip counts in a channel's statistics,
    0 for held-out ones, summing to 1. Returns (B, s, s, M), and mean and variance (M,), which carry no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, patches: Tensor, weight: Tensor, scale: Tensor, shift: Tensor, share: Tensor, side: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        (batch, places, _), channels = patches.shape, weight.shape[1]
        chunk = max(1, _CHUNK_BYTES // (places * channels * weight.element_size()))
        sign = torch.where(scale < 0, -1.0, 1.0)
        turned = bool((scale < 0).any())
        first = torch.zeros(channels, dtype=torch.float64)
        second = torch.zeros_like(first)
        buffer, square = (patches.new_empty(min(chunk, batch), places, channels) for _ in range(2))
        pooled, indices = [], []
        for part, own in zip(patches.split(chunk), share.split(chunk), strict=True):
            full = torch.matmul(part, weight, out=buffer[: len(part)]).relu_()
            first += (own * full.sum(1)).sum(0)
            second += (own * torch.mul(full, full, out=square[: len(part)]).sum(1)).sum(0)
            if turned:
                full *= sign
            picture = full.view(len(part), side, side, channels).permute(0, 3, 1, 2)
            values, index = functional.max_pool2d(picture, 3, 3, 1, return_indices=True)
            pooled.append(values.permute(0, 2, 3, 1))
            indices.append(index)
        mean, variance = first / places, second / places
        variance = (variance - mean.square()).clamp_min(0).to(patches.dtype)
        mean = mean.to(patches.dtype)
        values = torch.cat(pooled) * sign
        factor = scale * (variance + _EPSILON).rsqrt()
        ctx.save_for_backward(patches, weight, scale, share, mean, variance, values, *indices)
        ctx.mark_non_differentiable(mean, variance)
        ctx.side, ctx.chunk = side, chunk
        return torch.addcmul(shift - mean * factor, values, factor), mean, variance

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Tensor, _mean: Tensor, _variance: Tensor
    ) -> tuple[None, Tensor, Tensor, Tensor, None, None]:
        """Gradients of weight, through the statistics too, of scale and of shift."""
        patches, weight, scale, share, mean, variance, values, *indices = ctx.saved_tensors
        side, channels = ctx.side, weight.shape[1]
        inverse = (variance + _EPSILON).rsqrt()
        total = gradient.sum((0, 1, 2))
        along = (gradient * (values - mean)).sum((0, 1, 2))
        # out = scale · inverse · (x − mean) + shift, with mean = Σ w x and variance = Σ w (x − mean)²
        slope = -scale * inverse**3 * along
        level = -scale * inverse * total - slope * mean
        weight_gradient = torch.zeros_like(weight)
        rectified, through = (
            patches.new_empty(min(ctx.chunk, len(patches)), patches.shape[1], channels) for _ in range(2)
        )
        like = torch.empty_like(rectified).view(-1, side, side, channels).permute(0, 3, 1, 2)
        parts = (part.split(ctx.chunk) for part in (patches, share / patches.shape[1], gradient * (scale * inverse)))
        for part, own, above, index in zip(*parts, indices, strict=True):
            full = torch.matmul(part, weight, out=rectified[: len(part)]).relu_()
            below = torch.mul(full, (own * slope)[:, None], out=through[: len(part)]).add_((own * level)[:, None])
            direct = torch.ops.aten.max_pool2d_with_indices_backward(
                above.permute(0, 3, 1, 2), like[: len(part)], [3, 3], [3, 3], [1, 1], [1, 1], False, index
            )
            below.add_(direct.permute(0, 2, 3, 1).reshape(full.shape))
            torch.ops.aten.threshold_backward.grad_input(below, full, 0, grad_input=below)
            weight_gradient.addmm_(part.reshape(-1, part.shape[2]).T, below.view(-1, channels))
        return None, weight_gradient, inverse * along, total, None, None
