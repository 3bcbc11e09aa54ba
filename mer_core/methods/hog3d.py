"""3DHOG + SVM as a method to be judged: the descriptor is in ``mer_core.descriptors.hog3d``."""

from dataclasses import dataclass

import numpy as np

from mer_core.features import FeatureSet
from mer_core.methods.descriptors import descriptor_method
from mer_core.models.settings import switch
from mer_core.models.svm_settings import SvmSettings


@dataclass(frozen=True)
class Hog3dSettings(SvmSettings):
    """The grid of blocks and the spans of time, besides the machine."""

    grid: int = switch(5, "blocks down and across the face", least=1)
    parts: int = switch(2, "equal spans of time, each with histograms of its own", least=1)


def describe(features: FeatureSet, settings: Hog3dSettings) -> np.ndarray:
    """(N, parts · blocks · 32) float32."""
    from mer_core.descriptors import hog3d

    grid = (settings.grid, settings.grid)
    return np.stack([hog3d(clip, grid=grid, parts=settings.parts) for clip in features.arrays["frames"]])


METHOD = descriptor_method(
    name="3dhog",
    title="directions of grey gradients in space and time over ten frames, SVM (reconstruction)",
    reads=("frames",),
    source="Polikovsky et al. 2009",
    settings=Hog3dSettings,
    describe=describe,
    numbers=lambda settings: settings.parts * settings.grid**2 * 32,
)
