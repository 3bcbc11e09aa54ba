"""The flow field Θ = (u, v, ε) of an onset and an apex picture, and the cube a network reads."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.flow.head_motion import HeadMotion, fit_head_motion, remove_head_motion, steady, still
from mer_core.flow.methods import optical_flow
from mer_core.flow.settings import FlowSettings
from mer_core.flow.strain import strain_magnitude

CUBE = 28  # side of the network's input
_LOOK_AGAIN = (
    1.0  # pixels of head motion, anywhere in the crop, from which the flow is computed anew on a steadied picture
)


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


def measure(onset: np.ndarray, apex: np.ndarray, settings: FlowSettings, stable: np.ndarray | None = None) -> FlowField:
    """The motion from `onset` to `apex`, (H, W) uint8 grey crops of one alignment.

    `stable`: (K, 2) points (x, y) of the crop that move with the head only, as `Alignment.stable`; None: fitted over
    the whole crop.
    """
    u, v = optical_flow(onset, apex, settings)
    head = still(*u.shape)
    if settings.remove_head_motion:
        head = fit_head_motion(u, v, stable)
        if head.pixels > _LOOK_AGAIN:
            # A head that moved far leaves its interpolation error in the flow: look again at what it would have been.
            u, v = optical_flow(onset, steady(apex, head), settings)
            rest = fit_head_motion(u, v, stable)
            u, v = remove_head_motion(u, v, rest)
            head = head.after(rest)
        else:
            u, v = remove_head_motion(u, v, head)
    return FlowField(u, v, strain_magnitude(u, v), head)


def feature_cube(field: FlowField) -> np.ndarray:
    """(28, 28, 3) float32 (u, v, strain): each cell the mean over its area; u and v stay in pixels of the crop."""
    theta = np.dstack([field.u, field.v, field.strain])
    return cv2.resize(theta, (CUBE, CUBE), interpolation=cv2.INTER_AREA)
