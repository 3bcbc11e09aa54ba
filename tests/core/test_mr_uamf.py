"""The network's shapes, switches and inputs."""

import numpy as np
import pytest
import torch

from mer_core.errors import ModelError
from mer_core.models.inputs import Inputs, flow_input, mirror_flow
from mer_core.models.mr_uamf import MrUamf
from mer_core.training.settings import TrainSettings
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=2)


def _network(settings: TrainSettings, members: int = 2) -> MrUamf:
    return MrUamf.create(settings, 3, members, torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"streams": "single", "attention": "residual"},
        {"attention": "off"},
        {"literal_attention": True, "hidden": 400},
        {"image": "apex", "half_waves": True, "norm": "printed", "scaling": "median"},
    ],
)
def test_shapes_under_every_switch(changes: dict[str, object]) -> None:
    settings = TrainSettings.from_dict(changes)
    inputs = Inputs.of(FEATURES, settings)
    output = _network(settings).forward(*inputs.pick(torch.arange(12), torch.zeros(12, dtype=torch.int64)))
    assert output.attention is not None
    assert output.logits.shape == (12, 2, 3)
    assert output.attention.shape == (12, 10, 10, 2)
    assert ((output.attention >= 0) & (output.attention <= 1)).all()
    assert torch.isfinite(output.logits).all()


@pytest.mark.parametrize("norm", ["pooled", "printed"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"attention": "residual"},
        {"attention": "off", "image": "none"},
        {"literal_attention": True, "image": "difference"},
        {"half_waves": True, "hidden": 20},
    ],
)
def test_settled_streams_answer_as_those_that_learn(changes: dict[str, object], norm: str) -> None:
    settings = TrainSettings.from_dict({**changes, "norm": norm})
    network, random = _network(settings, members=3), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for tensor in (*network.weights.values(), *network.statistics.values()):  # members that differ, as trained
            tensor += 0.2 * torch.rand(tensor.shape, generator=random)
    inputs = Inputs(FEATURES.flow, FEATURES.apex, settings, FEATURES.apex[::-1])
    pictures = inputs.pick(torch.arange(4), torch.arange(4) % 2)
    settled = network.select([0, 1, 2]).forward(*pictures)
    assert not settled.logits.requires_grad
    assert (network.select([0])._settled is None) == (settings.attention == "residual")
    learning = network.forward(*pictures)
    torch.testing.assert_close(settled.logits, learning.logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(settled.attention, learning.attention, atol=1e-5, rtol=1e-4)


def test_baseline_is_stst_net_in_size() -> None:
    """STSTNet has 1,683 parameters: 448 of convolutions, 32 of batch norm, 1,203 of classes."""
    network = _network(TrainSettings(attention="off", image="none"), members=1)
    assert sum(weight.numel() for weight in network.parameters()) == 1683


def test_three_streams_start_with_larger_weights_than_one() -> None:
    """What alone tells three streams from one: Glorot's bound, by the number of kernels of a stream."""
    triple, single = (_network(TrainSettings(streams=name)).weights["flow.weight"] for name in ("triple", "single"))
    bounds = [(6 / (9 * (3 + kernels))) ** 0.5 for kernels in (3, 5, 8, 16)]
    largest = [float(part.detach().abs().max()) for part in (triple[0, :3], triple[0, 3:8], triple[0, 8:], single[0])]
    for bound, value in zip(bounds, largest, strict=True):
        assert 0.85 * bound < value <= bound


def test_members_start_alike_and_differ_by_their_clips_alone() -> None:
    network = _network(TrainSettings(), members=3)
    for weight in network.parameters():
        torch.testing.assert_close(weight[0], weight[2])


def test_mirrored_twice_is_the_same_and_u_changes_sign() -> None:
    flow = FEATURES.flow
    mirrored = mirror_flow(flow)
    np.testing.assert_array_equal(mirror_flow(mirrored), flow)
    np.testing.assert_array_equal(mirrored[:, :, 0, 0], -flow[:, :, 27, 0])
    np.testing.assert_array_equal(mirrored[:, :, 0, 1:], flow[:, :, 27, 1:])


@pytest.mark.parametrize("scaling", ["standardise", "median", "minmax"])
def test_scaling_forgets_unit_and_offset_of_each_clip(scaling: str) -> None:
    """So the published 0..255 pictures and flow in pixels look alike, and mirroring may ignore the offset."""
    settings = TrainSettings(scaling=scaling)
    other = FEATURES.flow * np.float32(37) + np.float32(128)
    torch.testing.assert_close(flow_input(other, settings), flow_input(FEATURES.flow, settings), atol=1e-4, rtol=1e-4)
    still = flow_input(np.zeros((1, 28, 28, 3), np.float32), settings)
    assert still.abs().max() == 0


def test_half_waves_hold_the_whole_wave() -> None:
    whole = flow_input(FEATURES.flow, TrainSettings())
    halves = flow_input(FEATURES.flow, TrainSettings(half_waves=True))
    assert halves.shape == (12, 5, 28, 28)
    assert (halves[:, :4] >= 0).all()
    torch.testing.assert_close(halves[:, 0] - halves[:, 1], whole[:, 0])
    torch.testing.assert_close(halves[:, 2] - halves[:, 3], whole[:, 1])
    torch.testing.assert_close(halves[:, 4], whole[:, 2])


def test_image_stream_without_a_picture() -> None:
    settings = TrainSettings(image="apex")
    flow = flow_input(FEATURES.flow, settings)
    with pytest.raises(ModelError, match="picture of the face"):
        _network(settings).forward(flow, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attention": "loud"},
        {"epochs": 0},
        {"epochs": 1.5},
        {"dropout": 1.0},
        {"c": 0.0},
        {"flip": "yes"},
        {"depth": 3},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=next(iter(wrong))):
        TrainSettings.from_dict(wrong)


def test_settings_survive_json() -> None:
    settings = TrainSettings(eta=5.0, attention="residual", seeds=2)
    assert TrainSettings.from_dict(settings.to_dict()) == settings
