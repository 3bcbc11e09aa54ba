"""Dual-Inception (Zhou et al. 2019, *Dual-Inception network for cross-database micro-expression recognition*).

u and v each go through two inception blocks of 6 and 16 maps a branch, a 2×2 max-pool after each: 1×1; 1×1 then 3×3;
1×1 then 5×5; 3×3 max-pool then 1×1; every convolution with ReLU. 3136 features a stream, both together: 1024 → classes.
The authors' pictures of u and v have three equal channels; here each is one. 6,449,867 weights for three classes.
"""

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models.layers import convolve_side_by_side
from mer_core.models.member_network import Shapes
from mer_core.models.two_streams import TwoStreams
from mer_core.training.flow_settings import DualInceptionSettings

_BLOCKS = {"block1": (1, 6), "block2": (24, 16)}


class DualInception(TwoStreams):
    """K members of the network; see ``MemberNetwork``. Its settings are ``DualInceptionSettings``."""

    units = (1024,)

    @staticmethod
    def stream_shapes() -> tuple[Shapes, int]:
        """See ``TwoStreams``."""
        weights: Shapes = {}
        for block, (inputs, maps) in _BLOCKS.items():
            layers = dict.fromkeys(("one", "before_three", "before_five", "around"), (maps, inputs, 1, 1))
            layers |= {"three": (maps, maps, 3, 3), "five": (maps, maps, 5, 5)}
            for name, shape in layers.items():
                weights |= {f"{block}.{name}.weight": shape, f"{block}.{name}.bias": shape[:1]}
        return weights, 4 * 16 * 7 * 7

    @staticmethod
    def places(_settings: DualInceptionSettings, name: str) -> int:
        """See ``MemberNetwork.places``."""
        return 28 * 28 if "block1" in name else 14 * 14 if "block2" in name else 1

    def stream(self, stream: str, picture: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (B, K, 3136)."""
        # All members read the same picture: only from the first convolutions on have they maps of their own.
        maps = self._block(f"{stream}.block1", picture, groups=1)
        return self._block(f"{stream}.block2", maps, self.members).unflatten(1, (self.members, -1)).flatten(2)

    def _block(self, block: str, maps: Tensor, groups: int) -> Tensor:
        """(B, groups · c, s, s) → (B, K · 4 · maps a branch, s/2, s/2)."""
        three = self._convolve(f"{block}.before_three", maps, groups).relu()
        five = self._convolve(f"{block}.before_five", maps, groups).relu()
        branches = (
            self._convolve(f"{block}.one", maps, groups),
            self._convolve(f"{block}.three", three, self.members),
            self._convolve(f"{block}.five", five, self.members),
            self._convolve(f"{block}.around", functional.max_pool2d(maps, 3, 1, 1), groups),
        )
        # ReLU commutes with max-pooling and costs less after it.
        pooled = [functional.max_pool2d(branch, 2).unflatten(1, (self.members, -1)) for branch in branches]
        return torch.cat(pooled, dim=2).flatten(1, 2).relu()

    def _convolve(self, layer: str, maps: Tensor, groups: int) -> Tensor:
        weight, bias = self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"]
        return convolve_side_by_side(maps, weight, bias, groups)
