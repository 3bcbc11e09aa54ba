"""MACNN, Micro-Attention and Mini-AORCNN: sizes, the properties of their parts, and the loop over folds."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.errors import ModelError
from mer_core.models.counting import multiply_adds, parameter_count
from mer_core.models.macnn import Macnn
from mer_core.models.micro_attention import MicroAttentionNetwork, MicroAttentionUnit
from mer_core.models.mini_aorcnn import MiniAorcnn, SelfAttention, positions
from mer_core.models.picture_network import FlowNetwork
from mer_core.models.registry import METHODS
from mer_core.training.fold_loop import fit_module, predict_fold_by_fold
from mer_core.training.loop_settings import LoopSettings, MacnnSettings, MicroAttentionSettings, MiniAorcnnSettings
from tests.core.toy import toy_features

FEATURES = toy_features()
FOLDS = np.array([FEATURES.subject == name for name in ("s00", "s01")])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small steps: two of torch's threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Small(FlowNetwork):
    """Something quick to train in the loop: (B, 3, 28, 28) → logits."""

    @staticmethod
    def picture_shape(_settings: LoopSettings) -> tuple[int, int, int]:
        return 3, 28, 28

    @staticmethod
    def layers(settings: LoopSettings, classes: int) -> tuple[nn.Module, ...]:
        return nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(settings.dropout), nn.Linear(588, classes)


def test_sizes() -> None:
    assert parameter_count(lambda: Macnn(MacnnSettings(), 3)) == 70_573_923
    assert 38_000 < parameter_count(lambda: MiniAorcnn(MiniAorcnnSettings(), 3)) < 40_000
    small = lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(16, 2))  # noqa: E731
    assert parameter_count(small) == 3 * 4 * 9 + 4 + 32 + 2
    assert multiply_adds(small, (3, 4, 4)) == 4 * 27 * 4 + 32


def test_networks_answer_for_their_pictures() -> None:
    torch.manual_seed(0)
    assert MiniAorcnn(MiniAorcnnSettings(), 4)(torch.randn(2, 3, 112, 112)).shape == (2, 4)
    assert MicroAttentionNetwork(MicroAttentionSettings(), 3)(torch.randn(2, 1, 64, 64)).shape == (2, 3)
    with torch.device("meta"):
        assert Macnn(MacnnSettings(), 5)(torch.zeros(2, 1, 112, 112)).shape == (2, 5)


def test_micro_attention_learns_from_a_batch_of_one() -> None:
    """Of pictures so small that one place is left, batch norm could make nothing of it: they are refused."""
    three = FEATURES.select(np.arange(3))
    settings = MicroAttentionSettings(side=64, batch=2, epochs=1)
    said = fit_module(MicroAttentionNetwork, three, settings, 0, lambda *_: None).predict_proba(three)
    assert np.isfinite(said).all()
    with pytest.raises(ModelError, match="'side' is 32, but must be at least 64"):
        MicroAttentionSettings(side=32)


def test_micro_attention_fades_out_to_a_plain_residual_unit() -> None:
    torch.manual_seed(0)
    unit = MicroAttentionUnit(4, 6, 2).eval()
    maps = torch.randn(2, 4, 8, 8)
    plain = (unit.shortcut(maps) + unit.third(unit.second(maps))).relu()
    attention = unit.attention(maps)
    assert attention.shape == (2, 1, 4, 4)
    torch.testing.assert_close(unit(maps), plain * (1 + attention))
    nn.init.zeros_(unit.map.weight)
    nn.init.constant_(unit.map.bias, -100.0)  # type: ignore[arg-type]
    torch.testing.assert_close(unit(maps), plain)


def test_self_attention_by_hand() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(3, 2)
    maps = torch.randn(1, 3, 14, 14)
    with torch.no_grad():
        query, key, value, out = (one(maps)[0] for one in (layer.query, layer.key, layer.value, layer))
    code = positions(14)
    assert code[3, 5] == pytest.approx(np.cos(10000 ** (-1 / 14)) + np.cos(10000 ** (-2 / 14)), abs=1e-6)
    for channel in range(2):
        score = query[channel] @ key[channel].T + query[channel] @ code.T
        weight = score.exp() / score.exp().sum()
        torch.testing.assert_close(out[channel], weight * value[channel])


def test_the_loop_learns_and_nothing_leaks() -> None:
    settings = LoopSettings(epochs=12, batch=8, rate=1e-2)
    told: list[tuple[int, int]] = []

    def on_epoch(done: int, total: int) -> None:
        told.append((done, total))

    said = predict_fold_by_fold(Small, FEATURES, FOLDS, settings, 0, on_epoch)
    assert told == [(done, 24) for done in range(1, 25)]
    assert (said.argmax(1) == FEATURES.label)[:12].mean() > 0.9
    assert np.isnan(said[12:]).all()
    np.testing.assert_allclose(said[:12].sum(1), 1, atol=1e-5)
    # Another label for what fold 0 holds out changes nothing that fold 0 says; other folds learn from it.
    planted = replace(FEATURES, label=np.where(FOLDS[0], (FEATURES.label + 1) % 3, FEATURES.label))
    after = predict_fold_by_fold(Small, planted, FOLDS, settings, 0, on_epoch)
    np.testing.assert_array_equal(after[:6], said[:6])
    assert np.abs(after[6:12] - said[6:12]).max() > 1e-3
    # One fold alone says the same as beside others.
    alone = predict_fold_by_fold(Small, FEATURES, FOLDS[1:], settings, 0, on_epoch)
    np.testing.assert_array_equal(alone[6:12], said[6:12])
    # And so does a fit on its own clips alone.
    fitted = fit_module(Small, FEATURES.select(~FOLDS[1]), settings, 0, on_epoch)
    np.testing.assert_allclose(fitted.predict_proba(FEATURES.select(FOLDS[1])), said[6:12], atol=1e-6)


def test_published_ways_to_learn() -> None:
    settings = LoopSettings(epochs=3, optimiser="sgd", schedule="step", step=1, gamma=0.5, flip=False, rate=1e-2)
    said = predict_fold_by_fold(Small, FEATURES, FOLDS, settings, 0, lambda *_: None)
    assert np.isfinite(said[:12]).all()
    with pytest.raises(ModelError, match="'rate' and 'gamma' must be above 0"):
        LoopSettings(gamma=0.0)


def test_mini_aorcnn_as_a_method() -> None:
    method = METHODS["mini-aorcnn"]
    assert not method.heavy
    said = method.predict_held_out(FEATURES, FOLDS[:1], MiniAorcnnSettings(epochs=1), 0, lambda *_: None)
    np.testing.assert_allclose(said[:6].sum(1), 1, atol=1e-5)
    assert np.isnan(said[6:]).all()
