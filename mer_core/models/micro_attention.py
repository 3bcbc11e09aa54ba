"""The micro-attention network (Wang et al. 2020, *Micro-attention for micro-expression recognition*).

A residual network on the grey apex frame: 7×7 convolution of stride 2 to 64 maps, 3×3 max-pool of stride 2, four
residual units of 64, 128, 256 and 512 maps, each but the first halving the picture, global average pool, classes. In a
unit, F2 = 3×3 of the input, F3 = 3×3 of F2, F1 the shortcut; A is the mean over channels of a 1×1 convolution of all
three, and the output is relu(F1 + F3) · (1 + φ(A)), φ the sigmoid: where attention fades out, a plain residual unit is
left. The units' exact depth is not public: this is the nearest reconstruction, without the authors' training on
macro-expressions.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from mer_core.models.picture_network import FaceNetwork
from mer_core.training.loop_settings import MicroAttentionSettings

_UNITS = ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2))


class MicroAttentionUnit(nn.Module):
    """(B, inputs, h, w) → (B, outputs, h / stride, w / stride)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.second = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
        )
        self.third = nn.Sequential(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        # The mean over channels of a 1×1 convolution is a 1×1 convolution with one output.
        self.map = nn.Conv2d(3 * outputs, 1, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """The unit's output; ``attention`` gives its map."""
        first, _, third, attention = self._views(maps)
        return (first + third).relu() * (1 + attention)

    def attention(self, maps: Tensor) -> Tensor:
        """φ(A): (B, 1, h, w) in 0..1."""
        return self._views(maps)[3]

    def _views(self, maps: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        first, second = self.shortcut(maps), self.second(maps)
        third = self.third(second)
        return first, second, third, self.map(torch.cat([first, second, third], dim=1)).sigmoid()


class MicroAttentionNetwork(FaceNetwork):
    """(B, 1, S, S) float32, standardised grey apex faces → logits (B, classes)."""

    @staticmethod
    def picture_shape(settings: MicroAttentionSettings) -> tuple[int, int, int]:
        """See ``PictureNetwork``."""
        return 1, settings.side, settings.side

    @staticmethod
    def layers(settings: MicroAttentionSettings, classes: int) -> Iterable[nn.Module]:
        """See ``PictureNetwork``."""
        return (
            nn.Conv2d(1, 64, 7, 2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, padding=1),
            *(MicroAttentionUnit(*unit) for unit in _UNITS),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(settings.dropout),
            nn.Linear(512, classes),
        )
