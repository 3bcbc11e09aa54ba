"""The head's own motion within a flow field: shift, turn and growth, fitted where expressions hardly reach."""

from dataclasses import dataclass

import cv2
import numpy as np

_STEP = 8  # pixels between the field's points that take part
_STABLE_WEIGHT = 8.0  # of a stable point against one of the field
_TOLERANCE = 0.08  # pixels off the fit at which a point's weight is a quarter: about twice the flow's own error
_ROUNDS = 12


@dataclass(frozen=True, eq=False)
class HeadMotion:
    """matrix: (2, 3) float64 similarity; a point of the still face at p in the onset is carried to matrix · (p, 1).

    centre: the crop's middle, (x, y) pixels.
    """

    matrix: np.ndarray
    centre: tuple[float, float]

    @property
    def shift(self) -> tuple[float, float]:
        """How far the crop's middle is carried, (x, y) pixels of the crop."""
        x, y = self.matrix[:, :2] @ self.centre + self.matrix[:, 2] - self.centre
        return float(x), float(y)

    @property
    def degrees(self) -> float:
        """Turn, clockwise on screen."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @property
    def scale(self) -> float:
        """Growth: above 1 the head came nearer."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    @property
    def pixels(self) -> float:
        """The farthest any corner of the crop is carried, pixels."""
        corners = 2 * np.array(self.centre) * [[0, 0], [1, 0], [0, 1], [1, 1]]
        return float(np.linalg.norm(corners @ self.matrix[:, :2].T + self.matrix[:, 2] - corners, axis=1).max())

    def after(self, first: "HeadMotion") -> "HeadMotion":
        """The motion that is `first` and then this one."""
        matrix = self.matrix[:, :2] @ first.matrix
        matrix[:, 2] += self.matrix[:, 2]
        return HeadMotion(matrix, self.centre)


def still(height: int, width: int) -> HeadMotion:
    """No motion."""
    return HeadMotion(np.eye(2, 3), ((width - 1) / 2, (height - 1) / 2))


def fit_head_motion(
    u: np.ndarray, v: np.ndarray, stable: np.ndarray | None = None, skin: np.ndarray | None = None
) -> HeadMotion:
    """The similarity that explains (u, v), (H, W) float32 pixels, best.

    `stable`: (K, 2) points (x, y) known to move with the head; those outside the field are left out. They start the
    fit; then the whole field joins in, or the part of it where `skin`, (H, W) float32 0..1, is not 0. Each point has a
    weight that falls with its distance from the fit (iteratively reweighted least squares, Geman-McClure weights), so
    that the parts an expression moves drop out. The far points are what fixes the turn: the stable ones alone lie too
    close together.
    """
    height, width = u.shape
    rows, columns = np.mgrid[_STEP // 2 : height : _STEP, _STEP // 2 : width : _STEP]
    points = np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float32)
    weights = np.ones(len(points)) if skin is None else skin[rows, columns].ravel().astype(np.float64)
    anchors = np.empty((0, 2), np.float32)
    if stable is not None:
        inside = ((stable >= 0) & (stable <= (width - 1, height - 1))).all(axis=1)
        anchors = stable[inside].astype(np.float32)
        points = np.concatenate([anchors, points])
        weights = np.concatenate([np.full(len(anchors), _STABLE_WEIGHT), weights])
    motion = np.column_stack([_sample(u, points), _sample(v, points)]).astype(np.float64)
    guess = motion[: len(anchors)] if len(anchors) >= 3 else motion
    # As complex numbers a similarity about the mean point is w = a + b z, and its fit one division.
    z, w = points[:, 0] + 1j * points[:, 1].astype(np.float64), motion[:, 0] + 1j * motion[:, 1]
    a, b, z_mean = complex(*np.median(guess, axis=0)), 0j, z.mean()
    for tolerance in _TOLERANCE * np.maximum(1.0, 8.0 * 0.5 ** np.arange(_ROUNDS)):
        off = w - a - b * (z - z_mean)
        share = weights / (1 + (off.real**2 + off.imag**2) / tolerance**2) ** 2
        share /= share.sum()
        z_mean, w_mean = share @ z, share @ w
        arm = z - z_mean
        b = (share * arm.conj()) @ (w - w_mean) / (share @ (arm.real**2 + arm.imag**2))
        a = w_mean
    growth = 1 + b
    offset = a - b * z_mean
    matrix = np.array([[growth.real, -growth.imag, offset.real], [growth.imag, growth.real, offset.imag]])
    return HeadMotion(matrix, ((width - 1) / 2, (height - 1) / 2))


def _sample(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(N,) bilinear values of `field` at (N, 2) points (x, y)."""
    return cv2.remap(field, points[:, 0:1], points[:, 1:2], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]


def remove_head_motion(u: np.ndarray, v: np.ndarray, head: HeadMotion) -> tuple[np.ndarray, np.ndarray]:
    """What is left of (u, v) on a head that stays: e(p) = H⁻¹(p + o(p)) − p. (H, W) float32 pixels."""
    height, width = u.shape
    x = np.arange(width, dtype=np.float32)[None]
    y = np.arange(height, dtype=np.float32)[:, None]
    back = cv2.invertAffineTransform(head.matrix)
    (a, b, c), (d, e, f) = back.astype(np.float32)
    at_x, at_y = x + u, y + v
    return a * at_x + b * at_y + (c - x), d * at_x + e * at_y + (f - y)


def steady(picture: np.ndarray, head: HeadMotion) -> np.ndarray:
    """`picture` (H, W) uint8 as if the head had not moved by `head`."""
    height, width = picture.shape
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, head.matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
