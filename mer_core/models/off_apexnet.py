"""OFF-ApexNet (Gan et al. 2019, *OFF-ApexNet on micro-expression recognition system*), for many members.

u and v each go through a stream of two 5×5 convolutions of 6 and 16 kernels, each with ReLU and a 2×2 max-pool: 784
features a stream. Both streams' together: 1024 → 1024 → classes, dropout after each. 2,664,475 weights for three
classes.
"""

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models.layers import convolve_side_by_side
from mer_core.models.member_network import MemberNetwork, Output, Shapes, dropout
from mer_core.training.flow_settings import OffApexNetSettings

STREAMS = ("u", "v")
_FEATURES = 16 * 7 * 7
_UNITS = 1024


class OffApexNet(MemberNetwork):
    """K members of the network; see ``MemberNetwork``."""

    @staticmethod
    def shapes(_settings: OffApexNetSettings, classes: int) -> tuple[Shapes, Shapes]:
        """See ``MemberNetwork.shapes``."""
        weights: Shapes = {}
        for stream in STREAMS:
            weights |= {f"{stream}.conv1.weight": (6, 1, 5, 5), f"{stream}.conv1.bias": (6,)}
            weights |= {f"{stream}.conv2.weight": (16, 6, 5, 5), f"{stream}.conv2.bias": (16,)}
        sizes = (len(STREAMS) * _FEATURES, _UNITS, _UNITS, classes)
        for name, inputs, outputs in zip(("hidden1", "hidden2", "classes"), sizes, sizes[1:], strict=False):
            weights |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        return weights, {}

    @staticmethod
    def places(_settings: OffApexNetSettings, name: str) -> int:
        """See ``MemberNetwork.places``."""
        return 28 * 28 if "conv1" in name else 14 * 14 if "conv2" in name else 1

    def forward(
        self,
        flow: Tensor,
        _image: Tensor | None,
        keep: Tensor | None = None,  # noqa: ARG002 - nothing here depends on the other clips of a batch
        generator: torch.Generator | None = None,
    ) -> Output:
        """See ``MemberNetwork.forward``."""
        vectors = torch.cat([self._stream(stream, flow[:, i, None]) for i, stream in enumerate(STREAMS)], dim=-1)
        for layer in ("hidden1", "hidden2"):
            vectors = self.connect(layer, vectors).relu()
            drop = dropout(vectors.shape, 1, self.settings.dropout, generator)
            vectors = vectors if drop is None else vectors * drop
        return Output(self.connect("classes", vectors))

    def _stream(self, stream: str, picture: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (B, K, 784)."""
        # All members read the same picture: their first convolutions are one. ReLU commutes with max-pooling.
        maps, groups = picture, 1
        for layer in ("conv1", "conv2"):
            weight, bias = self.weights[f"{stream}.{layer}.weight"], self.weights[f"{stream}.{layer}.bias"]
            maps = functional.max_pool2d(convolve_side_by_side(maps, weight, bias, groups), 2).relu()
            groups = self.members
        return maps.unflatten(1, (self.members, -1)).flatten(2)
