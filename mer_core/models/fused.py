"""The costly steps of many small networks at once, each forward and backward in one go.

Written one operation at a time, a training step moves gigabytes: all members' activations, over and over. Here a step
goes through the batch a few samples at a time, so that what one operation writes is still in the processor's cache when
the next reads it. Same numbers, several times faster. Layout as in ``layers``: (B, height, width, K, c).
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

_CHUNK_BYTES = 5_000_000
_EPSILON = 1e-5


def _chunk(tensor: Tensor) -> int:
    """Samples at a time."""
    return max(1, _CHUNK_BYTES // (tensor[0].numel() * tensor.element_size()))


class ConvolveRectifyPool(torch.autograd.Function):
    """relu(max_pool(convolution)), 3×3 pooling with stride 3 and padding 1, which equals max_pool(relu(convolution)).

    patches: (B, S·S, P), what each output place sees (a constant 1 among it for the bias), not differentiated;
    weight: (P, K·c). Returns (B, s, s, K·c). The full-size maps never exist as a whole.
    """

    @staticmethod
    def forward(ctx: Any, patches: Tensor, weight: Tensor, side: int) -> Tensor:
        """See the class."""
        (batch, places, _), channels = patches.shape, weight.shape[1]
        chunk = max(1, _CHUNK_BYTES // (places * channels * weight.element_size()))
        maps = patches.new_empty(min(chunk, batch), places, channels)
        pooled, indices = [], []
        for part in patches.split(chunk):
            full = maps[: len(part)]
            torch.matmul(part, weight, out=full)
            picture = full.view(len(part), side, side, channels).permute(0, 3, 1, 2)
            values, index = functional.max_pool2d(picture, 3, 3, 1, return_indices=True)
            pooled.append(values.relu_().permute(0, 2, 3, 1))
            indices.append(index)
        out = torch.cat(pooled)
        ctx.save_for_backward(patches, out, *indices)
        ctx.side, ctx.chunk = side, chunk
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor, None]:
        """Only the weight's gradient."""
        patches, out, *indices = ctx.saved_tensors
        side, channels = ctx.side, out.shape[-1]
        weight_gradient = gradient.new_zeros(patches.shape[2], channels)
        like = gradient.new_empty(min(ctx.chunk, len(patches)), side, side, channels).permute(0, 3, 1, 2)
        parts = (patches.split(ctx.chunk), gradient.split(ctx.chunk), out.split(ctx.chunk), indices)
        for part, above, value, index in zip(*parts, strict=True):
            live = (above * (value > 0)).permute(0, 3, 1, 2)
            full = torch.ops.aten.max_pool2d_with_indices_backward(
                live, like[: len(part)], [3, 3], [3, 3], [1, 1], [1, 1], False, index
            )
            rows = full.permute(0, 2, 3, 1).reshape(-1, channels)
            weight_gradient.addmm_(part.reshape(-1, part.shape[2]).T, rows)
        return None, weight_gradient, None


class NormaliseAndDrop(torch.autograd.Function):
    """Batch norm by each member's own clips, then dropout.

    maps: (B, h, w, K, c); scale, shift: (K, c); share: (B, K), what each clip counts in its member's statistics, 0 for
    held-out ones, summing to 1 over a member's own of the batch; drop: (B, h, w, 1, c) factors, or None.
    Returns the maps, and mean and variance (K, c), which carry no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, scale: Tensor, shift: Tensor, share: Tensor, drop: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        places = maps.shape[1] * maps.shape[2]
        weight = (share / places)[..., None]
        mean = (weight * maps.sum((1, 2))).sum(0)
        variance = torch.zeros_like(mean)
        chunk = _chunk(maps)
        for part, own in zip(maps.split(chunk), weight.split(chunk), strict=True):
            variance += (own * (part - mean).square_().sum((1, 2))).sum(0)
        factor = scale * (variance + _EPSILON).rsqrt()
        offset = shift - mean * factor
        out = torch.empty_like(maps)
        for start in range(0, len(maps), chunk):
            rows = slice(start, start + chunk)
            torch.addcmul(offset, maps[rows], factor, out=out[rows])
            if drop is not None:
                out[rows] *= drop[rows]
        ctx.save_for_backward(maps, scale, weight, mean, variance, *(() if drop is None else (drop,)))
        ctx.mark_non_differentiable(mean, variance)
        return out, mean, variance

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, gradient: Tensor, _mean: Tensor, _variance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None, None]:
        """Gradients of the maps, through the statistics too, of scale and of shift."""
        maps, scale, weight, mean, variance, *rest = ctx.saved_tensors
        drop = rest[0] if rest else None
        chunk = _chunk(maps)
        inverse = (variance + _EPSILON).rsqrt()
        out = torch.empty_like(maps)
        total, along = torch.zeros_like(mean), torch.zeros_like(mean)
        for start in range(0, len(maps), chunk):
            rows = slice(start, start + chunk)
            above = gradient[rows] if drop is None else torch.mul(gradient[rows], drop[rows], out=out[rows])
            total += above.sum((0, 1, 2))
            along += ((maps[rows] - mean) * above).sum((0, 1, 2))
        # out = scale · inverse · (x − mean) + shift, with mean = Σ w x and variance = Σ w (x − mean)²
        slope = -scale * inverse**3 * along
        level = -scale * inverse * total - slope * mean
        for start in range(0, len(maps), chunk):
            rows = slice(start, start + chunk)
            own = weight[rows][:, None, None]
            part = out[rows]
            torch.mul(gradient[rows] if drop is None else part, scale * inverse, out=part)
            part.addcmul_(maps[rows], own * slope).add_(own * level)
        return out, inverse * along, total, None, None


class AttendAndPool(torch.autograd.Function):
    """2×2 average pool of maps · (base + attention).

    maps: (B, h, w, K, c); attention: (B, h, w, K); base 0 or 1. Returns (B, h/2, w/2, K, c).
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, attention: Tensor, base: float) -> Tensor:
        """See the class."""
        ctx.save_for_backward(maps, attention)
        ctx.base = base
        batch, height, width, members, channels = maps.shape
        out = maps.new_empty(batch, height // 2, width // 2, members, channels)
        chunk = _chunk(maps)
        for start in range(0, batch, chunk):
            rows = slice(start, start + chunk)
            part = maps[rows] * (attention[rows, ..., None] + base)
            torch.add(part[:, ::2, ::2], part[:, 1::2, ::2], out=out[rows])
            out[rows].add_(part[:, ::2, 1::2]).add_(part[:, 1::2, 1::2]).div_(4)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        """Gradients of maps and attention."""
        maps, attention = ctx.saved_tensors
        out, out_attention = torch.empty_like(maps), torch.empty_like(attention)
        chunk = _chunk(maps)
        for start in range(0, len(maps), chunk):
            rows = slice(start, start + chunk)
            above = (gradient[rows] / 4).repeat_interleave(2, 1).repeat_interleave(2, 2)
            torch.sum(above * maps[rows], -1, out=out_attention[rows])
            torch.mul(above, attention[rows, ..., None] + ctx.base, out=out[rows])
        return out, out_attention, None


class ConvolveToMap(torch.autograd.Function):
    """Each member's 5×5 convolution with a single output, same size out.

    maps: (B, h, w, K, c); weight: (K, c, 5, 5). Returns (B, h, w, K). A grouped convolution with one output a group
    costs nearly as much as one with sixteen; this is a product with the 25 taps and a shifted sum of them.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor) -> Tensor:
        """See the class."""
        ctx.save_for_backward(maps, weight)
        batch, height, width, members, _ = maps.shape
        rows = maps.flatten(0, 2).permute(1, 2, 0)
        taps = torch.bmm(weight.flatten(2).transpose(1, 2), rows).view(members, 25, batch, height, width)
        out = maps.new_zeros(members, batch, height + 4, width + 4)
        for tap in range(25):
            y, x = 4 - tap // 5, 4 - tap % 5
            out[:, :, y : y + height, x : x + width] += taps[:, tap]
        return out[:, :, 2:-2, 2:-2].permute(1, 2, 3, 0).contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of maps and weight."""
        maps, weight = ctx.saved_tensors
        batch, height, width, members, _ = maps.shape
        padded = functional.pad(gradient.permute(3, 0, 1, 2), (2, 2, 2, 2))
        taps = maps.new_empty(members, 25, batch, height, width)
        for tap in range(25):
            y, x = 4 - tap // 5, 4 - tap % 5
            taps[:, tap] = padded[:, :, y : y + height, x : x + width]
        flat = taps.view(members, 25, -1)
        rows = maps.flatten(0, 2).permute(1, 0, 2)
        weight_gradient = torch.bmm(flat, rows).transpose(1, 2).reshape(weight.shape)
        maps_gradient = torch.bmm(flat.transpose(1, 2), weight.flatten(2).transpose(1, 2))
        return maps_gradient.transpose(0, 1).reshape(maps.shape), weight_gradient
