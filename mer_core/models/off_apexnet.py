"""OFF-ApexNet (Gan et al. 2019, *OFF-ApexNet on micro-expression recognition system*), for many members.

u and v each go through a stream of two 5×5 convolutions of 6 and 16 kernels, each with ReLU and a 2×2 max-pool: 784
features a stream. Both streams' together: 1024 → 1024 → classes, dropout after each. 2,664,475 weights for three
classes.
"""

from torch import Tensor
from torch.nn import functional

from mer_core.models.layers import convolve_side_by_side
from mer_core.models.member_network import Shapes
from mer_core.models.two_streams import TwoStreams
from mer_core.training.flow_settings import OffApexNetSettings


class OffApexNet(TwoStreams):
    """K members of the network; see ``MemberNetwork``. Its settings are ``OffApexNetSettings``."""

    units = (1024, 1024)

    @staticmethod
    def stream_shapes() -> tuple[Shapes, int]:
        """See ``TwoStreams``."""
        shapes: Shapes = {"conv1.weight": (6, 1, 5, 5), "conv1.bias": (6,)}
        return shapes | {"conv2.weight": (16, 6, 5, 5), "conv2.bias": (16,)}, 16 * 7 * 7

    @staticmethod
    def places(_settings: OffApexNetSettings, name: str) -> int:
        """See ``MemberNetwork.places``."""
        return 28 * 28 if "conv1" in name else 14 * 14 if "conv2" in name else 1

    def stream(self, stream: str, picture: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (B, K, 784)."""
        # All members read the same picture: their first convolutions are one. ReLU commutes with max-pooling.
        maps, groups = picture, 1
        for layer in ("conv1", "conv2"):
            weight, bias = self.weights[f"{stream}.{layer}.weight"], self.weights[f"{stream}.{layer}.bias"]
            maps = functional.max_pool2d(convolve_side_by_side(maps, weight, bias, groups), 2).relu()
            groups = self.members
        return maps.unflatten(1, (self.members, -1)).flatten(2)
