"""Layers for many networks (*members*) at once that all read the same batch.

Members differ in their weights and in the clips held out from them. Activations are laid out (B, height, width, K, c):
sample, place, member, channel; viewed as K·c channels that is PyTorch's channels-last, which grouped convolutions like.
"""

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models.fused import AttendAndPool, ConvolveRectifyPool, ConvolveToMap, NormaliseAndDrop
from mer_core.models.fused_printed import ConvolveNormalisePool

_EPSILON = 1e-5


def convolve_rectify_pool(picture: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """3×3 convolution (padding 2), ReLU, then 3×3 max-pool (stride 3, padding 1).

    picture: (B, C, S, S), not differentiated. weight: (K, c, C, 3, 3); bias: (K, c). Returns (B, s, s, K, c) with
    s = ⌊(S + 1) / 3⌋ + 1, so 10 for 28.
    """
    pooled: Tensor = ConvolveRectifyPool.apply(*_as_product(picture, weight, bias), picture.shape[-1] + 2)
    return pooled.unflatten(-1, bias.shape)


def convolve_normalise_pool(
    picture: Tensor, weight: Tensor, bias: Tensor, scale: Tensor, shift: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """As ``convolve_rectify_pool``, with batch norm before pooling, by each member's own clips.

    scale, shift: (K, c); keep: (B, K) as in ``normalise_by_batch``. Returns the maps, and mean and variance (K, c).
    """
    share = (keep / keep.sum(0).clamp_min(1)).repeat_interleave(bias.shape[1], dim=1)
    product = _as_product(picture, weight, bias)
    out = ConvolveNormalisePool.apply(*product, scale.flatten(), shift.flatten(), share, picture.shape[-1] + 2)
    maps, mean, variance = (one.unflatten(-1, bias.shape) for one in out)
    return maps, mean, variance


def _as_product(picture: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """What each place sees (B, places, P) and the weights (P, K·c) that it is multiplied with, the bias among them."""
    patches = functional.pad(functional.unfold(picture, 3, padding=2).transpose(1, 2), (0, 1), value=1.0)
    matrix = torch.cat([weight.flatten(2), bias[..., None]], dim=-1).flatten(0, 1).T.contiguous()
    return patches, matrix


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


def convolve_side_by_side(maps: Tensor, weight: Tensor, bias: Tensor, groups: int) -> Tensor:
    """Same-size convolutions of all members, maps as torch lays them out: faster where nothing is done between layers.

    maps: (B, K·c, h, w) with ``groups`` K, each member's own; or (B, c, h, w) with ``groups`` 1, the same for all.
    weight: (K, o, c, n, n), n odd; bias: (K, o). Returns (B, K·o, h, w).
    """
    return functional.conv2d(maps, weight.flatten(0, 1), bias.flatten(), padding=weight.shape[-1] // 2, groups=groups)


def pack(maps: Tensor) -> Tensor:
    """(B, h, w, K, c) → (B, K·c, h, w), channels last."""
    return maps.flatten(3).permute(0, 3, 1, 2)


def unpack(maps: Tensor, members: int) -> Tensor:
    """(B, K·c, h, w) → (B, h, w, K, c)."""
    return maps.permute(0, 2, 3, 1).unflatten(-1, (members, -1))


def normalise_by_batch(
    maps: Tensor, scale: Tensor, shift: Tensor, keep: Tensor, drop: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch norm with each member's statistics over its own clips, then dropout.

    maps: (B, h, w, K, c); scale, shift: (K, c); keep: (B, K) float, 1 where the clip is the member's own, 0 where it is
    held out; drop: (B, h, w, 1, c), factors. Returns the maps, and mean and variance (K, c).
    """
    share = keep / keep.sum(0).clamp_min(1)
    out: tuple[Tensor, Tensor, Tensor] = NormaliseAndDrop.apply(maps, scale, shift, share, drop)
    return out


def normalise(maps: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Batch norm of (B, h, w, K, c) with given statistics, all (K, c)."""
    factor, offset = as_factor(mean, variance, scale, shift)
    return maps * factor + offset


def as_factor(mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Batch norm with given statistics as a factor and an offset, (K, c) as they are."""
    factor = scale * (variance + _EPSILON).rsqrt()
    return factor, shift - mean * factor


def attend_and_pool(maps: Tensor, attention: Tensor, base: float) -> Tensor:
    """2×2 average pool of maps (B, h, w, K, c) · (base + attention (B, h, w, K))."""
    out: Tensor = AttendAndPool.apply(maps, attention, base)
    return out


def convolve_to_map(maps: Tensor, weight: Tensor) -> Tensor:
    """Each member's 5×5 convolution (K, c, 5, 5) of its maps (B, h, w, K, c), to (B, h, w, K)."""
    out: Tensor = ConvolveToMap.apply(maps, weight)
    return out
