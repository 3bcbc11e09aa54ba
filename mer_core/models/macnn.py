"""MACNN (Lai et al. 2020, *Real-time micro-expression recognition based on ResNet and atrous convolutions*).

Four residual blocks of 32, 64, 128 and 256 maps (two 3×3 convolutions with ReLU beside a 1×1 shortcut, then 2×2
max-pool), two 3×3 atrous convolutions of 256 (dilation 4, then 2), 4096 → 4096 → classes. No exact specification is
public: this is the nearest reconstruction; its 70.57 million weights are what others count. The grey face goes in as
three equal channels.
"""

from collections.abc import Iterable

from torch import Tensor, nn

from mer_core.models.picture_network import FaceNetwork
from mer_core.training.loop_settings import MacnnSettings

_SIDE = 112


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.ReLU(),
        )
        self.shortcut = nn.Conv2d(inputs, outputs, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, maps: Tensor) -> Tensor:
        pooled: Tensor = self.pool(self.body(maps) + self.shortcut(maps))
        return pooled


class Macnn(FaceNetwork):
    """(B, 1, 112, 112) float32, standardised grey faces → logits (B, classes)."""

    @staticmethod
    def picture_shape(_settings: MacnnSettings) -> tuple[int, int, int]:
        """See ``PictureNetwork``."""
        return 1, _SIDE, _SIDE

    @staticmethod
    def layers(settings: MacnnSettings, classes: int) -> Iterable[nn.Module]:
        """See ``PictureNetwork``."""
        return (
            _ThreeChannels(),
            *(_Residual(inputs, outputs) for inputs, outputs in ((3, 32), (32, 64), (64, 128), (128, 256))),
            nn.Conv2d(256, 256, 3, padding=4, dilation=4),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(256 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(4096, classes),
        )


class _ThreeChannels(nn.Module):
    def forward(self, picture: Tensor) -> Tensor:
        return picture.expand(-1, 3, -1, -1)
