"""HOOF + SVM as a method to be judged: the descriptor is in ``mer_core.descriptors.hoof``."""

from dataclasses import dataclass

import numpy as np

from mer_core.errors import FeatureError
from mer_core.features import FeatureSet
from mer_core.methods.descriptors import descriptor_method
from mer_core.models.settings import switch
from mer_core.models.svm_settings import SvmSettings

_STILL = 1e-6  # spread below which nothing moves: far below any flow in pixels, above rounding


@dataclass(frozen=True)
class HoofSettings(SvmSettings):
    """What motion is described and how, besides the machine."""

    motion: str = switch(
        "cube",
        "HOOF of the flow from onset to apex (cube) or of the flow between each two of ten frames (pairs)",
        "cube",
        "pairs",
    )
    bins: int = switch(8, "directions", least=2)
    mirror: bool = switch(False, "HOOF: Chaudhry's bins, in which left and right are one")
    grid: int = switch(7, "blocks down and across the face", least=1)
    parts: int = switch(2, "equal spans of time, each with histograms of its own (pairs)", least=1)


def describe(features: FeatureSet, settings: HoofSettings) -> np.ndarray:
    """(N, blocks · bins) float32, with pairs ``parts`` times as many."""
    from mer_core.descriptors import hoof, pair_flows

    grid = (settings.grid, settings.grid)
    if settings.motion == "cube":
        flows = cube_motion(features.flow)[:, None]
        return np.stack([hoof(flow, bins=settings.bins, grid=grid, mirror=settings.mirror) for flow in flows])
    if features.frames is None:
        raise FeatureError("HOOF of frame pairs reads 'frames', which these features do not hold: make them again.")
    return np.stack(
        [
            hoof(pair_flows(clip), bins=settings.bins, grid=grid, parts=settings.parts, mirror=settings.mirror)
            for clip in features.frames
        ]
    )


def cube_motion(flow: np.ndarray) -> np.ndarray:
    """(N, 28, 28, 3) → (N, 28, 28, 2) float32: u and v about each clip's own median, each in units of its RMS.

    Published flow images hold each channel stretched to 0..255: zero, and how u compares with v, are lost. Most of a
    face rests, so the median is its zero.
    """
    motion = flow[..., :2].astype(np.float32)
    motion = motion - np.median(motion, axis=(1, 2), keepdims=True)
    spread = np.sqrt((motion**2).mean(axis=(1, 2), keepdims=True))
    return np.where(spread > _STILL, motion / np.maximum(spread, _STILL), 0).astype(np.float32)


METHOD = descriptor_method(
    name="hoof",
    title="directions of motion in blocks of the face, SVM",
    reads=("flow",),
    source="Chaudhry et al. 2009",
    settings=HoofSettings,
    describe=describe,
    numbers=lambda settings: settings.grid**2 * settings.bins * (settings.parts if settings.motion == "pairs" else 1),
)
