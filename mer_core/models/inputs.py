"""From a feature set to what a network reads: mirrored, scaled by each clip itself, split into half-waves."""

import numpy as np
import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.features import FeatureSet
from mer_core.training.settings import LearningSettings, TrainSettings

SIDE = 28
_LEAST_SPREAD = 1e-6
"""Spread below which a channel counts as motionless: far below any flow in pixels, above rounding."""


def flow_channels(settings: LearningSettings) -> int:
    """Channels of ``flow_input``: 3, or 5 with half-waves (u+, u−, v+, v−, strain)."""
    return 5 if isinstance(settings, TrainSettings) and settings.half_waves else 3


def mirror_flow(flow: np.ndarray) -> np.ndarray:
    """(N, 28, 28, 3) of the mirrored faces: left and right change places and u its sign.

    Where a file stores u shifted (min-max to 0..255), −u differs from the mirrored face's u by a constant only, which
    every scaling takes out.
    """
    mirrored = flow[:, :, ::-1].copy()
    mirrored[..., 0] *= -1
    return mirrored


def flow_input(flow: np.ndarray, settings: LearningSettings, dtype: torch.dtype = torch.float32) -> Tensor:
    """(N, 28, 28, 3) → (N, C, 28, 28) of ``dtype``, each clip and channel scaled by itself."""
    values = torch.from_numpy(np.ascontiguousarray(flow)).to(dtype).permute(0, 3, 1, 2)
    scaled = _scale(values.flatten(2), settings.scaling).view(values.shape)
    if flow_channels(settings) == 3:
        return scaled.contiguous()
    u, v, strain = scaled[:, 0], scaled[:, 1], scaled[:, 2]
    return torch.stack([u.relu(), (-u).relu(), v.relu(), (-v).relu(), strain], dim=1)


def image_input(pictures: np.ndarray, settings: LearningSettings, dtype: torch.dtype = torch.float32) -> Tensor:
    """(N, H, W) uint8 or float32 → (N, 1, 28, 28) of ``dtype``, area-resampled, each picture scaled by itself."""
    import cv2

    small = np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures])
    values = torch.from_numpy(small).to(dtype)[:, None]
    scaling = settings.scaling if settings.scaling in ("minmax", "bytes") else "standardise"
    return _scale(values.flatten(2), scaling).view(values.shape)


def _scale(values: Tensor, scaling: str) -> Tensor:
    """Scale the last axis of (N, C, P)."""
    if scaling in ("minmax", "bytes"):
        low, high = values.amin(-1, keepdim=True), values.amax(-1, keepdim=True)
        share = (values - low) / (high - low).clamp_min(_LEAST_SPREAD)
        return share * 255 if scaling == "bytes" else share
    if scaling == "median":
        # The face at rest is where most of the picture is: the median is its motion, and the spread is about it. Strain
        # has no sign to keep.
        centre = values.median(-1, keepdim=True).values
        spread = (values - centre).square().mean(-1, keepdim=True).sqrt()
    else:
        centre = values.mean(-1, keepdim=True)
        spread = values.std(-1, correction=0, keepdim=True)
    return (values - centre) / spread.clamp_min(_LEAST_SPREAD)


class Inputs:
    """All clips as a network reads them, also mirrored.

    flow: (2, N, C, 28, 28) and image: (2, N, 1, 28, 28) or None, of ``dtype``, first as they are, then mirrored.
    """

    def __init__(
        self,
        flow: np.ndarray,
        apex: np.ndarray,
        settings: LearningSettings,
        onset: np.ndarray | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """ModelError where the settings ask for the difference from the onset's faces and there are none."""
        self.dtype = dtype
        both = flow_input(np.concatenate([flow, mirror_flow(flow)]), settings, dtype)
        self.flow = both.unflatten(0, (2, len(flow)))
        self.image: Tensor | None = None
        if isinstance(settings, TrainSettings) and settings.image != "none":
            pictures = apex
            if settings.image == "difference":
                if onset is None:
                    raise ModelError("This model reads the onset face beside the apex, but none was given.")
                pictures = apex.astype(np.float32) - onset
            picture = image_input(pictures, settings, dtype)
            self.image = torch.stack([picture, picture.flip(-1)])

    @classmethod
    def of(cls, features: FeatureSet, settings: LearningSettings, dtype: torch.dtype = torch.float32) -> "Inputs":
        """The inputs of a feature set."""
        return cls(features.flow, features.apex, settings, features.onset, dtype)

    def pick(self, rows: Tensor, mirrored: Tensor) -> tuple[Tensor, Tensor | None]:
        """Flow and image of ``rows`` (B,) int64, mirrored where ``mirrored`` (B,) is 1."""
        return self.flow[mirrored, rows], None if self.image is None else self.image[mirrored, rows]
