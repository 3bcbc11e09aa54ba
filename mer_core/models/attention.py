"""Micro-attention (Wang et al. 2020, *Micro-attention for micro-expression recognition*), for many members.

The paper: convolutions 1×1, 3×3 and 5×5 of the input give F1, F2, F3; A = mean over channels of (F' * W), where
F' = concat(F1, F2, F3) and W is a 1×1 convolution; H = F1 + F3; out = H · φ(A), φ the sigmoid. It also says that
attention fades out where φ(A) is near 0, which H · (1 + φ(A)) does and H · φ(A) does not: so that is the default, and
``literal`` the printed form.

The mean over channels of a 1×1 convolution is a 1×1 convolution with one output (its weights' mean): W has one here.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models.layers import convolve_to_map, member_convolve

Weights = Mapping[str, Tensor]


def attention_shapes(kind: str, channels: int) -> dict[str, tuple[int, ...]]:
    """Shapes of one member's weights, by name; ``kind`` parallel or residual."""
    sizes = (1, 3, 5) if kind == "parallel" else (1, 3, 3)
    shapes: dict[str, tuple[int, ...]] = {}
    for view, size in enumerate(sizes, start=1):
        shapes[f"view{view}.weight"] = (channels, channels, size, size)
        shapes[f"view{view}.bias"] = (channels,)
    return {**shapes, "map.weight": (3 * channels,), "map.bias": ()}


def micro_attention(maps: Tensor, weights: Weights, kind: str) -> tuple[Tensor, Tensor]:
    """H (B, h, w, K, c) and φ(A) (B, h, w, K) in 0..1 of maps (B, h, w, K, c)."""
    residual, logit = _parallel(maps, weights) if kind == "parallel" else _residual(maps, weights)
    return residual, torch.sigmoid(logit)


def merged_views(weights: Weights) -> tuple[Tensor, Tensor]:
    """The parallel kind's H and, as last output, A as one 5×5 convolution: (K, c + 1, c, 5, 5) and (K, c + 1).

    No view is followed by a non-linearity, so H = F1 + F3 is one convolution and A another with a single output, their
    weights put together from the views': the same result for less work than three convolutions.
    """
    channels = weights["view1.bias"].shape[-1]
    views = [functional.pad(weights[f"view{view}.weight"], (pad,) * 4) for view, pad in ((1, 2), (2, 1), (3, 0))]
    biases = [weights[f"view{view}.bias"] for view in (1, 2, 3)]
    parts = weights["map.weight"].unflatten(-1, (3, channels))
    map_weight = torch.einsum("kvo,vkocij->kcij", parts, torch.stack(views))
    map_bias = torch.einsum("kvo,vko->k", parts, torch.stack(biases)) + weights["map.bias"]
    weight = torch.cat([views[0] + views[2], map_weight[:, None]], dim=1)
    return weight, torch.cat([biases[0] + biases[2], map_bias[:, None]], dim=1)


def attend_by_merged_views(maps: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """What ``micro_attention`` gives, by ``merged_views``: quicker for a few clips of which nothing is learnt.

    weight and bias may have further outputs behind those of ``merged_views``: they are not looked at.
    """
    both, channels = member_convolve(maps, weight, bias), maps.shape[-1]
    return both[..., :channels], torch.sigmoid(both[..., channels])


def _parallel(maps: Tensor, weights: Weights) -> tuple[Tensor, Tensor]:
    """H = F1 + F3 and A of three views side by side."""
    weight, bias = merged_views(weights)
    residual = member_convolve(maps, weight[:, :-1], bias[:, :-1])
    return residual, convolve_to_map(maps, weight[:, -1]) + bias[:, -1]


def _residual(maps: Tensor, weights: Weights) -> tuple[Tensor, Tensor]:
    """H and A as in the original network: F1 the shortcut, F2 = 3×3, F3 = 3×3 on the rectified F2."""
    first = member_convolve(maps, weights["view1.weight"], weights["view1.bias"])
    second = member_convolve(maps, weights["view2.weight"], weights["view2.bias"]).relu()
    third = member_convolve(second, weights["view3.weight"], weights["view3.bias"])
    views = torch.cat([first, second, third], dim=-1)
    return first + third, (views * weights["map.weight"]).sum(-1) + weights["map.bias"]


_CENTRES = 3 * np.arange(10) - 1
_SPREAD = np.stack([np.interp(np.arange(28), _CENTRES, cell) for cell in np.eye(10)], axis=1).astype(np.float32)
"""(28, 10): linear between the cells' centres, constant beyond the outermost."""


def over_crop(attention: np.ndarray) -> np.ndarray:
    """Resample attention maps (…, 10, 10) onto the crop's places: (…, 28, 28), float32.

    By padding and pooling, cell i lies over input pixels 3 i − 2.5 … 3 i + 0.5, its centre at 3 i − 1: not what a plain
    enlargement from 10 to 28 would assume. Linear in between, constant beyond the outermost centres.
    """
    return _SPREAD @ attention.astype(np.float32, copy=False) @ _SPREAD.T
