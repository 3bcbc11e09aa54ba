"""The flow field Θ = (u, v, ε) of an onset and an apex picture, and the cube a network reads."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.flow.head_motion import HeadMotion, fit_head_motion, remove_head_motion, steady, still
from mer_core.flow.methods import optical_flow, quick_flow
from mer_core.flow.settings import FlowSettings
from mer_core.flow.strain import strain_magnitude

CUBE = 28  # side of the network's input
_FOLLOW_FROM = 0.3  # pixels of head motion, anywhere in the crop, from which the apex is cut anew


@dataclass(frozen=True, eq=False)
class FlowField:
    """u (+ right), v (+ down): (H, W) float32, pixels of the crop from onset to apex; strain: (H, W) float32.

    head_motion: what was taken out of u and v, as measured; no motion where the settings leave it in.
    """

    u: np.ndarray
    v: np.ndarray
    strain: np.ndarray
    head_motion: HeadMotion

    @property
    def magnitude(self) -> np.ndarray:
        """(H, W) float32 pixels."""
        return cv2.magnitude(self.u, self.v)


def measure(
    onset: np.ndarray,
    apex: np.ndarray,
    settings: FlowSettings,
    stable: np.ndarray | None = None,
    follow: Callable[[HeadMotion], np.ndarray] | None = None,
    skin: np.ndarray | None = None,
) -> FlowField:
    """The motion from `onset` to `apex`, (H, W) uint8 grey crops of one alignment.

    `stable`: (K, 2) points (x, y) of the crop that move with the head only, as `Alignment.stable`; None: fitted over
    the whole crop. The head's own motion is fitted to a quick flow, the apex moved back by it, the flow then measured,
    and what is left of the head's motion taken out of that: so a moving head is measured hardly worse than a still one.

    `follow(head)` cuts the apex anew as if the head had not moved by `head`; it sees what has left the crop, where the
    default, which moves the crop itself, repeats the crop's edge.

    `skin`: (H, W) float32, 1 on the face and 0 behind it, as `Alignment.skin`. What is behind does not move with the
    head, so with the head's motion taken out it would seem to move: there the field is 0.
    """
    if not settings.remove_head_motion:
        u, v = optical_flow(onset, apex, settings)
        return FlowField(u, v, strain_magnitude(u, v), still(*u.shape))
    head = fit_head_motion(*quick_flow(onset, apex), stable, skin)
    if head.pixels < _FOLLOW_FROM:
        head = still(*onset.shape)  # resampling would cost more than it mends
    elif follow is not None:
        apex = follow(head)
    else:
        apex = steady(apex, head)
    u, v = optical_flow(onset, apex, settings)
    rest = fit_head_motion(u, v, stable, skin)
    u, v = remove_head_motion(u, v, rest)
    strain = strain_magnitude(u, v)
    if skin is not None:
        u, v, strain = u * skin, v * skin, strain * skin
    return FlowField(u, v, strain, head.after(rest))


def feature_cube(field: FlowField) -> np.ndarray:
    """(28, 28, 3) float32 (u, v, strain): each cell the mean over its area; u and v stay in pixels of the crop."""
    theta = np.dstack([field.u, field.v, field.strain])
    return cv2.resize(theta, (CUBE, CUBE), interpolation=cv2.INTER_AREA)
