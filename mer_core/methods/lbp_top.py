"""LBP-TOP + SVM as a method to be judged: the descriptor is in ``mer_core.descriptors.lbp_top``."""

from dataclasses import dataclass

import numpy as np

from mer_core.features import FeatureSet
from mer_core.methods.descriptors import descriptor_method
from mer_core.models.settings import switch
from mer_core.models.svm_settings import SvmSettings


@dataclass(frozen=True)
class LbpTopSettings(SvmSettings):
    """Defaults: the baseline of MEGC 2019."""

    radius: int = switch(1, "LBP-TOP: radius along x and y, pixels", least=1)
    radius_t: int = switch(4, "LBP-TOP: radius along time, frames", least=1)
    points: int = switch(4, "LBP-TOP: neighbours on each plane, at most 8", least=1)
    grid: int = switch(5, "blocks down and across the face", least=1)


def describe(features: FeatureSet, settings: LbpTopSettings) -> np.ndarray:
    """(N, blocks · 3 · 2^points) float32."""
    from mer_core.descriptors import lbp_top

    radii = (settings.radius, settings.radius, settings.radius_t)
    grid = (settings.grid, settings.grid)
    return np.stack(
        [lbp_top(clip, radii=radii, points=settings.points, grid=grid) for clip in features.arrays["frames"]]
    )


METHOD = descriptor_method(
    name="lbp-top",
    title="local binary patterns on three planes of ten frames, SVM",
    reads=("frames",),
    source="Zhao and Pietikäinen 2007; See et al. 2019",
    settings=LbpTopSettings,
    describe=describe,
    numbers=lambda settings: settings.grid**2 * 3 * 2**settings.points,
)
