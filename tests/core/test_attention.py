"""Micro-attention, and the fused steps against plain ones written as the formulas are."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models.attention import attend_by_merged_views, attention_shapes, merged_views, micro_attention
from mer_core.models.layers import (
    attend_and_pool,
    convolve_rectify_pool,
    convolve_to_map,
    normalise_by_batch,
    pack,
    unpack,
)

B, K, C = 3, 2, 4
RANDOM = torch.Generator().manual_seed(0)


def _random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=RANDOM, dtype=torch.float64)


def _weights(kind: str) -> dict[str, Tensor]:
    return {name: _random(K, *shape) for name, shape in attention_shapes(kind, C).items()}


def _alone(maps: Tensor, weights: dict[str, Tensor], kind: str, member: int) -> tuple[Tensor, Tensor]:
    """H and φ(A) of one member by three convolutions, their concatenation and a 1×1 convolution: (B, C, h, w)."""
    own = {name: value[member] for name, value in weights.items()}
    picture = maps[..., member, :].permute(0, 3, 1, 2)

    def view(number: int, of: Tensor) -> Tensor:
        weight = own[f"view{number}.weight"]
        return functional.conv2d(of, weight, own[f"view{number}.bias"], padding=weight.shape[-1] // 2)

    first, second = view(1, picture), view(2, picture)
    third = view(3, picture if kind == "parallel" else second.relu())
    joined = torch.cat([first, second if kind == "parallel" else second.relu(), third], dim=1)
    logit = functional.conv2d(joined, own["map.weight"][None, :, None, None], own["map.bias"][None])
    return first + third, torch.sigmoid(logit[:, 0])


@pytest.mark.parametrize("kind", ["parallel", "residual"])
def test_equals_the_formula_member_by_member(kind: str) -> None:
    maps, weights = _random(B, 10, 10, K, C), _weights(kind)
    residual, attention = micro_attention(maps, weights, kind)
    assert attention.shape == (B, 10, 10, K)
    for member in range(K):
        expected, expected_attention = _alone(maps, weights, kind, member)
        torch.testing.assert_close(residual[..., member, :], expected.permute(0, 2, 3, 1))
        torch.testing.assert_close(attention[..., member], expected_attention)


def test_merged_views_give_the_same() -> None:
    maps, weights = _random(B, 10, 10, K, C), _weights("parallel")
    merged = attend_by_merged_views(maps, *merged_views(weights))
    torch.testing.assert_close(merged, micro_attention(maps, weights, "parallel"))


def test_fades_out_where_attention_is_nought() -> None:
    maps, nought = _random(B, 10, 10, K, C), torch.zeros(B, 10, 10, K, dtype=torch.float64)
    plain = functional.avg_pool2d(pack(maps), 2)
    torch.testing.assert_close(attend_and_pool(maps, nought, 1.0), unpack(plain, K))
    assert attend_and_pool(maps, nought, 0.0).abs().max() == 0
    torch.testing.assert_close(attend_and_pool(maps, nought + 1, 1.0), unpack(2 * plain, K))


def test_map_convolution_equals_a_grouped_one() -> None:
    maps, weight = _random(B, 10, 10, K, C).requires_grad_(), _random(K, C, 5, 5).requires_grad_()
    plain = functional.conv2d(pack(maps), weight, padding=2, groups=K).permute(0, 2, 3, 1)
    above = _random(B, 10, 10, K)
    torch.testing.assert_close(convolve_to_map(maps, weight), plain)
    expected = torch.autograd.grad(plain, (maps, weight), above)
    torch.testing.assert_close(torch.autograd.grad(convolve_to_map(maps, weight), (maps, weight), above), expected)


def test_fused_convolution_equals_convolution_relu_and_pooling() -> None:
    picture = _random(B, 3, 28, 28)
    weight, bias = _random(K, C, 3, 3, 3).requires_grad_(), _random(K, C).requires_grad_()
    full = functional.conv2d(picture, weight.flatten(0, 1), bias.flatten(), padding=2).relu()
    plain = unpack(functional.max_pool2d(full, 3, 3, 1), K)
    fused = convolve_rectify_pool(picture, weight, bias)
    assert fused.shape == (B, 10, 10, K, C)
    torch.testing.assert_close(fused, plain)
    above = _random(B, 10, 10, K, C)
    expected = torch.autograd.grad(plain, (weight, bias), above)
    torch.testing.assert_close(torch.autograd.grad(fused, (weight, bias), above), expected)


def test_batch_norm_is_each_members_over_its_own_clips() -> None:
    maps = _random(B, 10, 10, K, C)
    keep = torch.tensor([[1, 1], [0, 1], [1, 1]], dtype=torch.float64)
    out, mean, variance = normalise_by_batch(maps, torch.ones(K, C), torch.zeros(K, C), keep, None)
    for member, own in enumerate(([0, 2], [0, 1, 2])):
        expected = functional.batch_norm(maps[own, ..., member, :].permute(0, 3, 1, 2), None, None, training=True)
        torch.testing.assert_close(out[own, ..., member, :].permute(0, 3, 1, 2), expected)
        torch.testing.assert_close(mean[member], maps[own, ..., member, :].mean((0, 1, 2)))
        torch.testing.assert_close(variance[member], maps[own, ..., member, :].var((0, 1, 2), correction=0))


def test_gradients_of_the_fused_steps() -> None:
    maps, scale, shift = _random(B, 4, 4, K, 2), _random(K, 2), _random(K, 2)
    keep = torch.tensor([[1, 1], [0, 1], [1, 1]], dtype=torch.float64)
    drop = (_random(B, 4, 4, 1, 2) > 0).double() * 2
    inputs = [value.requires_grad_() for value in (maps, scale, shift)]

    def normalised(maps: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        # Nothing a held-out clip shows flows into the loss.
        return normalise_by_batch(maps, scale, shift, keep, drop)[0] * keep[:, None, None, :, None]

    assert torch.autograd.gradcheck(normalised, inputs)
    attention = torch.rand(B, 4, 4, K, generator=RANDOM, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda m, a: attend_and_pool(m, a, 1.0), (maps, attention))
