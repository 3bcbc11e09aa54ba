"""What MR-UAMF+ reads: the flow scaled by each clip itself, split into half-waves, pooled to 7 × 7 places."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mer_core.features import FeatureSet
from mer_core.training.plus_settings import PlusSettings

MAPS = 5
PLACES = 7
FEATURES = MAPS * PLACES * PLACES
CELL = 4
_LEAST_SPREAD = 1e-6
_USUAL = 0.3
"""What a pooled half-wave measures on average over clips and places: features are counted from there."""


def half_waves(flow: np.ndarray, dtype: torch.dtype = torch.float32) -> Tensor:
    """(N, 28, 28, 3) → (N, 5, 28, 28) of ``dtype``: u+, u−, v+, v−, strain, each clip scaled by itself.

    u and v are counted from the clip's median, for most of a face is at rest, and divided by their RMS about it; strain
    is standardised. So a file's own offset or scaling does not matter. Clamped to ±2 (strain −3 to 2): a few places
    that move a lot shall not drown the others.
    """
    values = torch.from_numpy(np.ascontiguousarray(flow)).to(dtype).permute(0, 3, 1, 2).flatten(2)
    motion, strain = values[:, :2], values[:, 2:]
    # The median is the mean of the middle two, so that a mirrored face gives mirrored maps; torch's is the lower one.
    middle = motion.shape[-1] // 2
    ordered = np.partition(motion.numpy(), (middle - 1, middle), axis=-1)
    motion = motion - torch.from_numpy(ordered[..., middle - 1 : middle + 1].sum(-1, keepdims=True)) / 2
    motion = motion / motion.square().mean(-1, keepdim=True).sqrt().clamp_min(_LEAST_SPREAD)
    spread = strain.std(-1, correction=0, keepdim=True).clamp_min(_LEAST_SPREAD)
    strain = (strain - strain.mean(-1, keepdim=True)) / spread
    u, v = motion.clamp(-2, 2).unbind(1)
    maps = torch.stack([u.relu(), (-u).relu(), v.relu(), (-v).relu(), strain[:, 0].clamp(-3, 2)], dim=1)
    return maps.unflatten(-1, (28, 28))


def pooled(maps: Tensor, down: int = 0, right: int = 0) -> Tensor:
    """(N, 5, 28, 28), moved by whole places with their edges drawn out → (N, 245): means over 4 × 4 places."""
    if reach := max(abs(down), abs(right)):
        wide = functional.pad(maps, (reach,) * 4, mode="replicate")
        maps = wide[:, :, reach - down : reach - down + 28, reach - right : reach - right + 28]
    features = functional.avg_pool2d(maps, CELL)
    features[:, :4] -= _USUAL
    return features.flatten(1)


def mirrored(features: Tensor) -> Tensor:
    """(…, 245) of faces → those of the mirrored faces: left and right change places, and so do u+ and u−.

    Of moved faces, it is what the mirrored face gives that is moved to the other side.
    """
    return features.unflatten(-1, (MAPS, PLACES, PLACES))[..., [1, 0, 2, 3, 4], :, :].flip(-1).flatten(-3)


class PlusInputs:
    """All clips as the network reads them.

    features: (2, S, N, 245) of ``dtype``, as they are and mirrored; unmoved first, then moved.
    """

    def __init__(self, flow: np.ndarray, settings: PlusSettings, dtype: torch.dtype = torch.float32) -> None:
        self.dtype = dtype
        moves = [
            (down, right)
            for down in range(-settings.shift, settings.shift + 1)
            for right in range(-(settings.shift // 2), settings.shift // 2 + 1)
        ]
        moves.sort(key=lambda move: move != (0, 0))
        maps = half_waves(flow, dtype)
        plain = torch.stack([pooled(maps, *move) for move in moves])
        other_side = [moves.index((down, -right)) for down, right in moves]
        self.features = torch.stack([plain, mirrored(plain)[other_side]])

    @classmethod
    def of(cls, features: FeatureSet, settings: PlusSettings, dtype: torch.dtype = torch.float32) -> "PlusInputs":
        """The inputs of a feature set."""
        return cls(features.flow, settings, dtype)
