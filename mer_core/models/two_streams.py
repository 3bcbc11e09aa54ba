"""What the networks of two streams, u and v, have in common: the streams' features joined, then connected layers."""

from abc import abstractmethod

import torch
from torch import Tensor

from mer_core.models.member_network import MemberNetwork, Output, Shapes, dropout

STREAMS = ("u", "v")


class TwoStreams(MemberNetwork):
    """K members. A subclass says how a stream sees its picture and which layers of ``units`` follow the join."""

    units: tuple[int, ...]
    """Of the connected layers before the classes, each followed by ReLU and dropout: hidden1, hidden2, …"""

    @staticmethod
    @abstractmethod
    def stream_shapes() -> tuple[Shapes, int]:
        """Shapes of one stream's weights by name, and how many features it gives."""

    @abstractmethod
    def stream(self, stream: str, picture: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (B, K, features); ``stream`` begins the names of its weights."""

    @classmethod
    def shapes(cls, _settings: object, classes: int) -> tuple[Shapes, Shapes]:
        """See ``MemberNetwork.shapes``."""
        own, features = cls.stream_shapes()
        weights = {f"{stream}.{name}": shape for stream in STREAMS for name, shape in own.items()}
        names = [*(f"hidden{number}" for number in range(1, len(cls.units) + 1)), "classes"]
        sizes = (len(STREAMS) * features, *cls.units, classes)
        for name, inputs, outputs in zip(names, sizes, sizes[1:], strict=False):
            weights |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        return weights, {}

    def forward(
        self,
        flow: Tensor,
        _image: Tensor | None,
        keep: Tensor | None = None,  # noqa: ARG002 - nothing here depends on the other clips of a batch
        generator: torch.Generator | None = None,
    ) -> Output:
        """See ``MemberNetwork.forward``."""
        vectors = torch.cat([self.stream(stream, flow[:, i, None]) for i, stream in enumerate(STREAMS)], dim=-1)
        for number in range(1, len(self.units) + 1):
            vectors = self.connect(f"hidden{number}", vectors).relu()
            drop = dropout(vectors.shape, 1, self.settings.dropout, generator)
            vectors = vectors if drop is None else vectors * drop
        return Output(self.connect("classes", vectors))
