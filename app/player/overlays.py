"""Heat maps over the face: from a map over the aligned crop to a picture over the frame."""

import cv2
import numpy as np

from app.player.video_view import Overlay
from mer_core.faces import Alignment
from mer_core.looking import Comparison, difference, magnified

_SIDE = 224


def heat_overlay(values: np.ndarray, largest: float, alignment: Alignment) -> Overlay:
    """A map over the crop, (h, w) float, as a picture that covers more where the map is larger; `largest` is full."""
    smooth = cv2.resize(values.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    level = np.clip(smooth / max(largest, 1e-9), 0, 1)
    alpha = (np.clip(level * 1.6 - 0.12, 0, 1) * 255).astype(np.uint8)
    rgba = np.ascontiguousarray(np.dstack([heat_colours(level), alpha]))
    return Overlay(rgba, _to_frame(alignment.resized(_SIDE)))


def heat_colours(level: np.ndarray) -> np.ndarray:
    """(h, w) of 0 to 1 as (h, w, 3) uint8 RGB."""
    bgr = cv2.applyColorMap((level * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    return np.ascontiguousarray(bgr[..., ::-1])


def _to_frame(alignment: Alignment) -> np.ndarray:
    """(2, 3): from the crop's pixels as Qt counts them (corners) to the frame's."""
    turn = np.linalg.inv(alignment.matrix[:, :2])
    # In the matrix whole numbers are pixel centres; in Qt they are corners, half a pixel up and left.
    centre = np.array([0.5, 0.5])
    shift = -turn @ (alignment.matrix[:, 2] + centre) + centre
    return np.column_stack([turn, shift])


def crop_corners(alignment: Alignment) -> np.ndarray:
    """(4, 2) frame pixels: the outline of the aligned square."""
    last = alignment.size
    to_frame = _to_frame(alignment)
    corners = np.array([[0, 0], [last, 0], [last, last], [0, last]], float)
    return corners @ to_frame[:, :2].T + to_frame[:, 2]


def look_overlay(name: str, comparison: Comparison, strength: int) -> Overlay:
    """The face of the later frame, magnified or as its difference to the onset, over its place in that frame."""
    picture = magnified(comparison, strength) if name == "magnified" else difference(comparison, strength)
    alpha = np.rint(comparison.cover * 255).astype(np.uint8)
    rgba = np.ascontiguousarray(np.dstack([picture, alpha]))
    return Overlay(rgba, _to_frame(comparison.at), f"{name} ×{strength}, display only")
