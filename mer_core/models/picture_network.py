"""What the networks that learn fold by fold have in common: a picture a clip, made from the clip's features alone."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mer_core.features import FeatureSet
from mer_core.models.inputs import mirror_flow


class PictureNetwork(nn.Sequential, ABC):
    """Pictures (B, C, S, S) float32 → logits (B, classes)."""

    def __init__(self, settings: Any, classes: int) -> None:
        super().__init__(*self.layers(settings, classes))

    @staticmethod
    @abstractmethod
    def layers(settings: Any, classes: int) -> Iterable[nn.Module]:
        """New layers, one after the other."""

    @staticmethod
    @abstractmethod
    def picture_shape(settings: Any) -> tuple[int, int, int]:
        """(C, S, S)."""

    @classmethod
    @abstractmethod
    def pictures(cls, features: FeatureSet, settings: Any) -> Tensor:
        """(2, N, C, S, S): as they are and mirrored."""


class FlowNetwork(PictureNetwork):
    """Reads u, v and strain, enlarged, each clip and channel standardised by itself."""

    @classmethod
    def pictures(cls, features: FeatureSet, settings: Any) -> Tensor:
        """See ``PictureNetwork``."""
        side = cls.picture_shape(settings)[-1]
        return torch.stack([_pictures(features.flow, side), _pictures(mirror_flow(features.flow), side)])


class FaceNetwork(PictureNetwork):
    """Reads the grey apex faces, each standardised by itself."""

    @classmethod
    def pictures(cls, features: FeatureSet, settings: Any) -> Tensor:
        """See ``PictureNetwork``."""
        upright = _pictures(features.apex[..., None], cls.picture_shape(settings)[-1])
        return torch.stack([upright, upright.flip(-1)])


def _pictures(arrays: np.ndarray, side: int) -> Tensor:
    """(N, H, W, C) → (N, C, side, side) float32."""
    how = cv2.INTER_AREA if arrays.shape[1] > side else cv2.INTER_LINEAR
    resized = [cv2.resize(one.astype(np.float32), (side, side), interpolation=how) for one in arrays]
    values = torch.from_numpy(np.stack(resized).reshape(len(arrays), side, side, -1)).permute(0, 3, 1, 2)
    spread, mean = torch.std_mean(values, dim=(2, 3), correction=0, keepdim=True)
    return ((values - mean) / spread.clamp_min(1e-6)).contiguous()
