"""Layers for many networks (*members*) at once that all read the same batch.

Members differ in their weights and in the clips held out from them. Activations are laid out (B, height, width, K, c):
sample, place, member, channel; viewed as K·c channels that is PyTorch's channels-last, which grouped convolutions like.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_CHUNK_BYTES = 5_000_000
"""Of full-size convolution output at a time: what stays in a processor's cache between convolution and pooling."""


class _ConvolveAndPool(torch.autograd.Function):
    """Convolution and 3×3 max-pooling in one go, a few samples at a time.

    The members' full-size maps together are hundreds of megabytes a step, nine tenths of which pooling throws away.
    Written and read back chunk by chunk they never leave the cache; measured about nine times faster.
    """

    @staticmethod
    def forward(ctx: Any, patches: Tensor, weight: Tensor, side: int) -> Tensor:
        batch, places, channels = len(patches), patches.shape[1], weight.shape[1]
        chunk = max(1, _CHUNK_BYTES // (4 * places * channels))
        maps = patches.new_empty(min(chunk, batch), places, channels)
        pooled, indices = [], []
        for part in patches.split(chunk):
            full = maps[: len(part)]
            torch.matmul(part, weight, out=full)
            picture = full.view(len(part), side, side, channels).permute(0, 3, 1, 2)
            values, index = functional.max_pool2d(picture, 3, 3, 1, return_indices=True)
            pooled.append(values.permute(0, 2, 3, 1))
            indices.append(index)
        ctx.save_for_backward(patches, *indices)
        ctx.side, ctx.chunk, ctx.channels = side, chunk, channels
        return torch.cat(pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor, None]:
        (gradient,) = gradients
        patches, *indices = ctx.saved_tensors
        weight_gradient = gradient.new_zeros(patches.shape[2], ctx.channels)
        shape = gradient.new_empty(min(ctx.chunk, len(patches)), ctx.side, ctx.side, ctx.channels).permute(0, 3, 1, 2)
        for part, above, index in zip(patches.split(ctx.chunk), gradient.split(ctx.chunk), indices, strict=True):
            full = torch.ops.aten.max_pool2d_with_indices_backward(
                above.permute(0, 3, 1, 2), shape[: len(part)], [3, 3], [3, 3], [1, 1], [1, 1], False, index
            )
            rows = full.permute(0, 2, 3, 1).reshape(-1, ctx.channels)
            weight_gradient.addmm_(part.reshape(-1, part.shape[2]).T, rows)
        return None, weight_gradient, None


def convolve_and_pool(picture: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """3×3 convolution (padding 2), then 3×3 max-pool (stride 3, padding 1).

    picture: (B, C, S, S), not differentiated. weight: (K, c, C, 3, 3); bias: (K, c). Returns (B, s, s, K, c) with
    s = ⌊(S + 1) / 3⌋ + 1, so 10 for 28.
    """
    members, channels = bias.shape
    side = picture.shape[-1] + 2
    patches = functional.unfold(picture, 3, padding=2).transpose(1, 2).contiguous()
    pooled = _ConvolveAndPool.apply(patches, weight.reshape(members * channels, -1).T.contiguous(), side)
    return pooled.unflatten(-1, (members, channels)) + bias


def convolve(picture: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The same convolution without pooling: (B, S + 2, S + 2, K, c)."""
    members, channels = bias.shape
    full = functional.conv2d(picture, weight.flatten(0, 1), bias.flatten(), padding=2)
    return full.permute(0, 2, 3, 1).unflatten(-1, (members, channels))


def max_pool(maps: Tensor) -> Tensor:
    """3×3 max-pool (stride 3, padding 1) of (B, S, S, K, c)."""
    return unpack(functional.max_pool2d(pack(maps), 3, 3, 1), maps.shape[3])


def member_convolve(maps: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Each member's own convolution of its own maps, same size out.

    maps: (B, h, w, K, c); weight: (K, o, c, n, n), n odd; bias: (K, o). Returns (B, h, w, K, o).
    """
    members = maps.shape[3]
    out = functional.conv2d(
        pack(maps), weight.flatten(0, 1), bias.flatten(), padding=weight.shape[-1] // 2, groups=members
    )
    return unpack(out, members)


def pack(maps: Tensor) -> Tensor:
    """(B, h, w, K, c) → (B, K·c, h, w), channels last."""
    return maps.flatten(3).permute(0, 3, 1, 2)


def unpack(maps: Tensor, members: int) -> Tensor:
    """(B, K·c, h, w) → (B, h, w, K, c)."""
    return maps.permute(0, 2, 3, 1).unflatten(-1, (members, -1))


def batch_statistics(maps: Tensor, keep: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and variance (K, c) of each member's maps over its own clips, and how many of the batch are its own, (K,).

    maps: (B, h, w, K, c); keep: (B, K) float, 1 where the clip belongs to the member, 0 where it is held out.
    """
    own = keep.sum(0)
    share = (keep / (own.clamp_min(1) * maps.shape[1] * maps.shape[2]))[:, :, None]
    mean = (share * maps.sum((1, 2))).sum(0)
    variance = (share * (maps - mean).square().sum((1, 2))).sum(0)
    return mean, variance, own


def normalise(maps: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Batch norm of (B, h, w, K, c) with given statistics, all (K, c)."""
    return (maps - mean) * (scale * (variance + 1e-5).rsqrt()) + shift
