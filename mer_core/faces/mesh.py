"""The 468-point face mesh. Kartynnik et al. 2019, arXiv 1907.06724; regions of interest as in MediaPipe."""

import numpy as np

from mer_core.faces import nets
from mer_core.faces.face import LEFT_EYE, RIGHT_EYE
from mer_core.faces.warp import warp_square

_SIZE = 192
_MARGIN = 1.5  # region of interest ÷ the face's longer side
_PRESENT = 0.5


def fit_mesh(image: np.ndarray, centre: np.ndarray, side: float, eyes: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Lay the mesh on the face at `centre` with longer side `side` (pixels) and `eyes` (2, 2).

    Returns ((468, 2) float32 points in pixels of `image` (H, W, 3) uint8 RGB, presence 0..1), or None where the network
    sees no face there. Two passes: the second looks at the extent of the first's points, which is what the network was
    trained on, so that the result hardly depends on how well the box was placed.
    """
    points, presence = _pass(image, centre, side, eyes)
    if presence < _PRESENT:
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    eyes = np.stack([points[LEFT_EYE[0]], points[RIGHT_EYE[0]]])
    points, presence = _pass(image, (low + high) / 2, float((high - low).max()), eyes)
    return (points.astype(np.float32), presence) if presence >= _PRESENT else None


def _pass(image: np.ndarray, centre: np.ndarray, side: float, eyes: np.ndarray) -> tuple[np.ndarray, float]:
    (dx, dy) = eyes[1] - eyes[0]
    angle = np.arctan2(dy, dx)
    scale = _SIZE / (_MARGIN * side)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([turn, (_SIZE - 1) / 2 - turn @ centre])
    square = warp_square(image, matrix, _SIZE).astype(np.float32) / 255
    mesh, presence = nets.run("face_landmark", square, ("conv2d_20", "conv2d_30"))
    # The network's 0 is the square's edge, half a pixel before its first pixel's centre.
    local = mesh.reshape(468, 3)[:, :2].astype(np.float64) - 0.5
    return (local - matrix[:, 2]) @ np.linalg.inv(turn).T, float(1 / (1 + np.exp(-presence.item())))
