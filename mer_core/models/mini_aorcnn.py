"""Mini-AORCNN (Zhang, Liu & Qi 2022, *Lightweight micro-expression recognition based on bottleneck transformer*).

On u, v and strain of 112 × 112: 7×7 convolution of stride 2 to 8 maps, two residual blocks (two 3×3 convolutions with
batch norm and ReLU, the input added, 1×1 to 18, then 28 maps, 2×2 max-pool), a bottleneck transformer (two layers of
four self-attention heads to 8 maps at 14 × 14, a 1×1 shortcut, 2×2 max-pool), 392 → 64 → 64 → classes. 39,685 weights
for three classes; the authors count 39,185.

No exact specification is public in print: this is the nearest reconstruction. A head attends within each map: rows of
queries against rows of keys, with a position term for the queries, a softmax over all places, times the values there.
Features hold the flow at 28 × 28; it is enlarged to the 112 × 112 that the network reads.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from mer_core.models.picture_network import FlowNetwork
from mer_core.training.loop_settings import MiniAorcnnSettings

_SIDE = 112
_HEADS = 4
_AT = 14


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [nn.Conv2d(inputs, inputs, 3, padding=1), nn.BatchNorm2d(inputs), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.out = nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.MaxPool2d(2))

    def forward(self, maps: Tensor) -> Tensor:
        out: Tensor = self.out(self.body(maps) + maps)
        return out


class SelfAttention(nn.Module):
    """Four heads side by side: (B, inputs, 14, 14) → (B, outputs, 14, 14)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        # A head's maps are its own share of the outputs: all heads' projections are one convolution each.
        self.query, self.key, self.value = (nn.Conv2d(inputs, outputs, 1) for _ in range(3))
        self.register_buffer("position", positions(_AT), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        query, key, value = self.query(maps), self.key(maps), self.value(maps)
        position: Tensor = self.get_buffer("position")
        score = query @ (key + position).transpose(-1, -2)
        return score.flatten(2).softmax(-1).view_as(score) * value


def positions(side: int) -> Tensor:
    """(side, side) float32: a row's code plus a column's, sines and cosines of falling frequency."""
    place = torch.arange(side)
    angle = 10000.0 ** -(torch.div(place, 2, rounding_mode="floor") / side)
    code = torch.where(place % 2 == 0, angle.sin(), angle.cos())
    return code[:, None] + code[None, :]


class _BottleneckTransformer(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(SelfAttention(inputs, outputs), SelfAttention(outputs, outputs))
        self.shortcut = nn.Conv2d(inputs, outputs, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, maps: Tensor) -> Tensor:
        pooled: Tensor = self.pool(self.body(maps) + self.shortcut(maps))
        return pooled


class MiniAorcnn(FlowNetwork):
    """(B, 3, 112, 112) float32, standardised u, v and strain → logits (B, classes)."""

    @staticmethod
    def picture_shape(_settings: MiniAorcnnSettings) -> tuple[int, int, int]:
        """See ``PictureNetwork``."""
        return 3, _SIDE, _SIDE

    @staticmethod
    def layers(settings: MiniAorcnnSettings, classes: int) -> Iterable[nn.Module]:
        """See ``PictureNetwork``."""
        return (
            nn.Conv2d(3, 8, 7, 2, padding=3),
            nn.ReLU(),
            nn.BatchNorm2d(8),
            _Residual(8, 18),
            _Residual(18, 28),
            _BottleneckTransformer(28, 8),
            nn.Flatten(),
            nn.Linear(8 * 7 * 7, 64),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(64, classes),
        )
