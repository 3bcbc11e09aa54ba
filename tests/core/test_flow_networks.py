"""STSTNet, OFF-ApexNet and Dual-Inception, layer by layer against plain torch modules with the same weights."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mer_core.errors import ModelError
from mer_core.models.dual_inception import DualInception
from mer_core.models.inputs import Inputs
from mer_core.models.layers import convolve_normalise_pool
from mer_core.models.mr_uamf import MrUamf
from mer_core.models.off_apexnet import OffApexNet
from mer_core.models.ststnet import CHECKPOINT, OURS, from_checkpoint, read_checkpoint
from mer_core.training.flow_settings import DualInceptionSettings, OffApexNetSettings, StstNetSettings
from tests.core.public_ststnet import PlainStstNet, trained_ststnet
from tests.core.toy import toy_features

FEATURES = toy_features()


@pytest.fixture
def plain() -> PlainStstNet:
    """With running statistics and scales as after a training, some scales negative."""
    return trained_ststnet()


def pictures() -> Tensor:
    """(N, 3, 28, 28) of u, v, strain, each min-max scaled to 0..255, by plain numpy."""
    flow = FEATURES.flow.transpose(0, 3, 1, 2)
    low, high = flow.min((2, 3), keepdims=True), flow.max((2, 3), keepdims=True)
    return torch.from_numpy((flow - low) / (high - low) * 255)


@pytest.mark.parametrize("turned", [True, False])
def test_a_public_checkpoint_predicts_what_it_predicted(plain: PlainStstNet, turned: bool, tmp_path: Path) -> None:
    path = tmp_path / "sub01.pth"
    torch.save(plain.state_dict(), path)
    network = read_checkpoint(path) if turned else read_checkpoint(path, OURS)
    assert sum(weight.numel() for weight in network.weights.values()) == 1683
    picture = pictures()
    with torch.no_grad():
        expected = plain(picture.flip(1) if turned else picture)
        inputs = Inputs.of(FEATURES, CHECKPOINT)
        logits = network.forward(inputs.flow[0], None).logits[:, 0]
    torch.testing.assert_close(logits, expected, atol=1e-3, rtol=1e-4)
    said = network.probabilities(inputs, torch.arange(len(FEATURES)))
    torch.testing.assert_close(said, expected.softmax(-1), atol=1e-4, rtol=0)


def test_batch_norm_as_printed_learns_as_plain_layers() -> None:
    """Values, statistics and gradients of two members with a clip held out from each, some scales negative."""
    torch.manual_seed(1)
    picture = torch.randn(7, 3, 28, 28)
    weight, bias = torch.randn(2, 4, 3, 3, 3, requires_grad=True), torch.randn(2, 4, requires_grad=True)
    scale, shift = torch.randn(2, 4, requires_grad=True), torch.randn(2, 4, requires_grad=True)
    keep = torch.ones(7, 2)
    keep[2, 0] = keep[5, 1] = 0
    maps, mean, variance = convolve_normalise_pool(picture, weight, bias, scale, shift, keep)
    assert maps.shape == (7, 10, 10, 2, 4)
    upstream = torch.randn_like(maps) * keep[:, None, None, :, None]
    gradients = torch.autograd.grad((maps * upstream).sum(), (weight, bias, scale, shift))
    for member in range(2):
        own = keep[:, member] > 0
        leaves = [one[member].detach().requires_grad_() for one in (weight, bias, scale, shift)]
        full = nn.functional.conv2d(picture[own], leaves[0], leaves[1], padding=2).relu()
        normal = nn.functional.batch_norm(full, None, None, leaves[2], leaves[3], training=True)
        expected = nn.functional.max_pool2d(normal, 3, 3, 1).permute(0, 2, 3, 1)
        torch.testing.assert_close(maps[own, :, :, member], expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(mean[member], full.mean((0, 2, 3)), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(variance[member], full.var((0, 2, 3), correction=0), atol=1e-5, rtol=1e-5)
        plain = torch.autograd.grad((expected * upstream[own, :, :, member]).sum(), leaves)
        for ours, theirs in zip(gradients, plain, strict=True):
            torch.testing.assert_close(ours[member], theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("within", [None, "state_dict", "model_state_dict", "model"])
def test_a_checkpoint_as_training_scripts_wrap_it(plain: PlainStstNet, within: str | None, tmp_path: Path) -> None:
    torch.save(plain.state_dict(), tmp_path / "plain.pth")
    wrapped = {f"module.{name}": value for name, value in plain.state_dict().items()}
    torch.save({within: wrapped, "epoch": 3} if within else wrapped, tmp_path / "wrapped.pth")
    expected = read_checkpoint(tmp_path / "plain.pth").state()
    for name, value in read_checkpoint(tmp_path / "wrapped.pth").state().items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=0)


def test_what_is_no_checkpoint(plain: PlainStstNet, tmp_path: Path) -> None:
    path = tmp_path / "bad.pth"
    path.write_bytes(b"no checkpoint")
    with pytest.raises(ModelError, match="cannot be read as a checkpoint"):
        read_checkpoint(path)
    with pytest.raises(ModelError, match="cannot be read as a checkpoint"):
        read_checkpoint(tmp_path / "absent.pth")
    torch.save([1, 2], path)
    with pytest.raises(ModelError, match="no tensors by name"):
        read_checkpoint(path)
    state = dict(plain.state_dict())
    with pytest.raises(ModelError, match="must be u, v, strain"):
        from_checkpoint(state, ("u", "v"))
    for name, value, sentence in (
        ("conv2.weight", torch.zeros(5, 3, 5, 5), "'conv2.weight' must be numbers of the shape"),
        ("bn1.bias", torch.zeros(4), "'bn1.bias' must be numbers of the shape"),
        ("bn1.bias", torch.zeros(3, dtype=torch.int64), "'bn1.bias' must be numbers of the shape"),
        ("fc.bias", torch.tensor(1.0), "'fc.bias' must be numbers of the shape"),
        ("fc.weight", torch.zeros(4, 400), "'fc.weight' must be numbers of the shape"),
        ("bn3.running_var", torch.full((8,), float("nan")), "'bn3.running_var' holds values that are not finite"),
    ):
        with pytest.raises(ModelError, match=sentence):
            from_checkpoint({**state, name: value})
    del state["bn2.running_var"]
    with pytest.raises(ModelError, match=r"lacks 'bn2\.running_var'"):
        from_checkpoint(state)


def test_sizes() -> None:
    assert MrUamf.parameter_count(StstNetSettings(), 3) == 1683
    assert OffApexNet.parameter_count(OffApexNetSettings(), 3) == 2_664_475
    assert DualInception.parameter_count(DualInceptionSettings(), 3) == 6_449_867
    # 3 channels × 9 at 30 × 30 places to 16 maps, and 400 × 3
    assert MrUamf.multiply_adds(StstNetSettings(), 3) == 27 * 900 * 16 + 1200
    stream = 25 * 6 * 784 + 25 * 6 * 16 * 196
    assert OffApexNet.multiply_adds(OffApexNetSettings(), 3) == 2 * stream + 1568 * 1024 + 1024 * 1024 + 3072


def _members(kind: type[OffApexNet] | type[DualInception], settings: object) -> OffApexNet | DualInception:
    """Two members that differ."""
    network = kind.create(settings, 3, 2, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in network.weights.values():
            weight.add_(0.02 * torch.randn_like(weight))
    return network


def test_off_apexnet_is_plain_layers() -> None:
    network = _members(OffApexNet, OffApexNetSettings())
    picture = torch.randn(4, 3, 28, 28)
    logits = network.forward(picture, None).logits
    for member in range(2):
        own = {name: weight[member] for name, weight in network.weights.items()}
        streams = []
        for channel, stream in enumerate(("u", "v")):
            maps = picture[:, channel : channel + 1]
            for layer in ("conv1", "conv2"):
                weight, bias = own[f"{stream}.{layer}.weight"], own[f"{stream}.{layer}.bias"]
                maps = nn.functional.max_pool2d(nn.functional.conv2d(maps, weight, bias, padding=2).relu(), 2)
            streams.append(maps.flatten(1))
        vectors = torch.cat(streams, 1)
        for layer in ("hidden1", "hidden2"):
            vectors = nn.functional.linear(vectors, own[f"{layer}.weight"], own[f"{layer}.bias"]).relu()
        expected = nn.functional.linear(vectors, own["classes.weight"], own["classes.bias"])
        torch.testing.assert_close(logits[:, member], expected, atol=1e-4, rtol=1e-4)


def test_dual_inception_is_plain_layers() -> None:
    network = _members(DualInception, DualInceptionSettings())
    picture = torch.randn(4, 3, 28, 28)
    logits = network.forward(picture, None).logits
    for member in range(2):
        own = {name: weight[member] for name, weight in network.weights.items()}

        def convolve(layer: str, maps: Tensor, own: dict[str, Tensor] = own) -> Tensor:
            weight = own[f"{layer}.weight"]
            return nn.functional.conv2d(maps, weight, own[f"{layer}.bias"], padding=weight.shape[-1] // 2).relu()

        streams = []
        for channel, stream in enumerate(("u", "v")):
            maps = picture[:, channel : channel + 1]
            for block in (f"{stream}.block1", f"{stream}.block2"):
                branches = [
                    convolve(f"{block}.one", maps),
                    convolve(f"{block}.three", convolve(f"{block}.before_three", maps)),
                    convolve(f"{block}.five", convolve(f"{block}.before_five", maps)),
                    convolve(f"{block}.around", nn.functional.max_pool2d(maps, 3, 1, 1)),
                ]
                maps = nn.functional.max_pool2d(torch.cat(branches, 1), 2)
            assert maps.shape == (4, 64, 7, 7)
            streams.append(maps.flatten(1))
        hidden = nn.functional.linear(torch.cat(streams, 1), own["hidden1.weight"], own["hidden1.bias"]).relu()
        expected = nn.functional.linear(hidden, own["classes.weight"], own["classes.bias"])
        torch.testing.assert_close(logits[:, member], expected, atol=1e-4, rtol=1e-4)
