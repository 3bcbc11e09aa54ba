"""The networks of many members against PyTorch's own layers, trained by a plain loop: the same numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from mer_core.models.inputs import Inputs
from mer_core.training.flow_settings import StstNetSettings
from mer_core.training.members import Members
from mer_core.training.settings import LearningSettings, TrainSettings
from tests.bench.plain import PlainMrUamf, PlainStstNet
from tests.core.toy import toy_features

FEATURES = toy_features()
HELD_OUT = np.array([FEATURES.subject == name for name in ("s00", "s01", "s03")])
MEMBER = 1
EPOCHS, STEPS, RATE, CLASSES = 4, 2, 5e-3, 3
_STSTNET = {"0.weight": "flow.weight", "0.bias": "flow.bias", "2.weight": "flow.scale", "2.bias": "flow.shift"}
_STSTNET |= {"7.weight": "classes.weight", "7.bias": "classes.bias"}
_MR_UAMF = {"convolution.0.weight": "flow.weight", "convolution.0.bias": "flow.bias"}
_MR_UAMF |= {"convolution.3.weight": "flow.scale", "convolution.3.bias": "flow.shift"}
_MR_UAMF |= {"classes.2.weight": "classes.weight", "classes.2.bias": "classes.bias"}
_MR_UAMF |= {
    f"views.{at}.{kind}": f"flow.attention.view{at + 1}.{kind}" for at in range(3) for kind in ("weight", "bias")
}
_MR_UAMF |= {"map.weight": "flow.attention.map.weight", "map.bias": "flow.attention.map.bias"}
PLAIN: dict[str, Any] = {"epochs": EPOCHS, "batch": 12, "rate": RATE, "dropout": 0.0, "flip": False, "mixing": "none"}
CASES: dict[str, tuple[LearningSettings, type[nn.Module], Mapping[str, str]]] = {
    "ststnet": (StstNetSettings(**PLAIN), PlainStstNet, _STSTNET),
    "mr-uamf": (TrainSettings(**PLAIN, image="none"), PlainMrUamf, _MR_UAMF),
}


def _first_weights(members: Members, network: nn.Module, names: Mapping[str, str]) -> None:
    own = dict(network.named_parameters())
    assert set(own) == set(names)
    assert set(names.values()) == set(members.network.weights)
    with torch.no_grad():
        for name, theirs in names.items():
            own[name].copy_(members.network.weights[theirs][MEMBER].reshape(own[name].shape))


def _train_plainly(network: nn.Module, flow: Tensor, label: Tensor, own: Tensor, orders: list[Tensor]) -> None:
    """The clips of each batch that are the fold's own, weighted by class, through PyTorch's layers."""
    counts = torch.bincount(label[own], minlength=CLASSES)
    weight = (own.sum() / (CLASSES * counts)).sqrt()
    weight = weight / weight[label[own]].mean()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * STEPS, pct_start=0.2)
    network.train()
    for order in orders:
        for batch in order.tensor_split(STEPS):
            rows = batch[own[batch]]
            losses = functional.cross_entropy(network(flow[rows]), label[rows], reduction="none")
            optimiser.zero_grad()
            (losses * weight[label[rows]]).mean().backward()
            optimiser.step()
            schedule.step()


@pytest.mark.parametrize("name", CASES)
def test_a_member_is_a_network_trained_by_a_plain_loop(name: str) -> None:
    settings, kind, names = CASES[name]
    inputs = Inputs.of(FEATURES, settings)
    members = Members(inputs, FEATURES.label, HELD_OUT, CLASSES, settings, seed=5)
    network = kind(CLASSES)
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    _first_weights(members, network, names)
    random = torch.Generator().set_state(members.generator.get_state())
    orders = [torch.randperm(len(FEATURES), generator=random) for _ in range(EPOCHS)]

    before = members.network.weights["flow.weight"][MEMBER].detach().clone()
    assert len(list(members.epochs())) == EPOCHS
    assert (members.network.weights["flow.weight"][MEMBER] - before).abs().max() > 1e-3
    own = torch.from_numpy(~HELD_OUT[MEMBER])
    _train_plainly(network, inputs.flow[0], torch.from_numpy(FEATURES.label), own, orders)

    with torch.no_grad():
        # By what batch norm remembers: PyTorch divides the variance by one place less, of 900 or more, than we do.
        remembered = members.network.select([MEMBER]).forward(inputs.flow[0], None).logits[:, 0]
        torch.testing.assert_close(remembered, network.eval()(inputs.flow[0]), atol=2e-3, rtol=2e-3)
        logits = members.network.forward(inputs.flow[0], None, members.keep).logits[own, MEMBER]
        torch.testing.assert_close(logits, network.train()(inputs.flow[0][own]), atol=1e-4, rtol=1e-4)
