"""FU-MIX against an example worked by hand."""

import math

import numpy as np
import pytest
import torch

from mer_core.training.fumix import Mix, draw_mix, mixed_loss, mixed_targets, uncertainty_weights
from mer_core.training.settings import TrainSettings

# Two clips, one member, two classes: f(x̃) says 0.8 / 0.2 for the first mixture, 0.3 / 0.7 for the second.
LOGITS = torch.tensor([[[0.8, 0.2]], [[0.3, 0.7]]]).log()
LABEL = torch.tensor([0, 1])
WEIGHT = torch.tensor([[1.0], [2.5]])
ALL = torch.ones(2, 1)


def test_weights() -> None:
    uncertainty = torch.tensor([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]])
    keep = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    plain = uncertainty_weights(uncertainty, keep, TrainSettings(eta=3.0, c=1.0, normalise_weights=False))
    torch.testing.assert_close(plain[:, 0], torch.tensor([1.0, 2.5, 4.0]))
    scaled = uncertainty_weights(uncertainty, keep, TrainSettings(eta=3.0, c=1.0))
    torch.testing.assert_close((scaled * keep).sum(0) / keep.sum(0), torch.ones(2))
    torch.testing.assert_close(scaled[:2, 1], torch.tensor([1.0, 2.5]) / 1.75)


def test_loss_by_hand() -> None:
    mix = Mix(partner=torch.tensor([1, 0]), share=0.6)
    first = 1.0 * 0.6 * -math.log(0.8) + 2.5 * 0.4 * -math.log(0.2)
    second = 2.5 * 0.6 * -math.log(0.7) + 1.0 * 0.4 * -math.log(0.3)
    loss = mixed_loss(LOGITS, LABEL, WEIGHT, ALL, mix, 0.0)
    assert loss.item() == pytest.approx((first + second) / 2)


def test_loss_of_an_unmixed_batch_is_weighted_still() -> None:
    expected = (1.0 * -math.log(0.8) + 2.5 * -math.log(0.7)) / 2
    assert mixed_loss(LOGITS, LABEL, WEIGHT, ALL, None, 0.0).item() == pytest.approx(expected)


def test_label_smoothing_as_torch_does_it() -> None:
    expected = torch.nn.functional.cross_entropy(LOGITS[:, 0], LABEL, label_smoothing=0.2)
    assert mixed_loss(LOGITS, LABEL, ALL, ALL, None, 0.2).item() == pytest.approx(expected.item())


def test_each_clip_may_have_its_own_label_smoothing() -> None:
    smoothing = torch.tensor([[0.0], [0.3]])
    answers, _ = mixed_targets(torch.tensor([0, 2]), 3, torch.ones(2, 1), torch.ones(2, 1), None, smoothing)
    torch.testing.assert_close(answers[:, 0], torch.tensor([[1.0, 0, 0], [0.1, 0.1, 0.8]]))


def test_a_mixture_with_a_held_out_clip_does_not_exist() -> None:
    logits = LOGITS.repeat(2, 1, 1).requires_grad_()
    keep = torch.tensor([[1.0], [1.0], [0.0], [1.0]])
    mix = Mix(partner=torch.tensor([1, 2, 3, 0]), share=0.6)
    mixed_loss(logits, LABEL.repeat(2), torch.ones(4, 1), keep, mix, 0.0).sum().backward()
    assert logits.grad is not None
    moved = logits.grad.abs().sum((1, 2)) > 0
    assert moved.tolist() == [True, False, False, True]


def test_chance_and_share_of_mixing() -> None:
    generator = torch.Generator().manual_seed(0)
    settings = TrainSettings(sigma=0.25, alpha=0.5)
    drawn = [draw_mix(8, settings, generator) for _ in range(2000)]
    mixed = [mix for mix in drawn if mix is not None]
    assert 0.2 < len(mixed) / len(drawn) < 0.3
    share = np.array([mix.share for mix in mixed])
    assert share.mean() == pytest.approx(0.5, abs=0.06)
    assert share.var() == pytest.approx(1 / 8, abs=0.02)  # of Beta(½, ½)
    assert draw_mix(8, TrainSettings(mixing="none"), generator) is None


def test_blend() -> None:
    mix = Mix(partner=torch.tensor([1, 0]), share=0.75)
    torch.testing.assert_close(mix.blend(torch.tensor([0.0, 4.0])), torch.tensor([1.0, 3.0]))
