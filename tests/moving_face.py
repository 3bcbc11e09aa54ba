"""A real face (scikit-image's photograph) moved by known amounts: the truth that faces and flow are tested against."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from mer_core.faces import Alignment, Face, align_face, find_faces


@cache
def portrait() -> np.ndarray:
    """(440, 440, 3) uint8 RGB: one face, eyes 86 px apart."""
    from skimage.data import astronaut

    return cv2.resize(astronaut()[20:240, 110:330], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


@cache
def face() -> Face:
    return find_faces(portrait())[0]


@cache
def alignment() -> Alignment:
    return align_face(face())


@dataclass
class Pictures:
    """As much of a clip as alignment needs."""

    frames: list[np.ndarray]

    @property
    def height(self) -> int:
        return int(self.frames[0].shape[0])

    @property
    def width(self) -> int:
        return int(self.frames[0].shape[1])

    def __len__(self) -> int:
        return len(self.frames)

    def read(self, index: int) -> np.ndarray:
        return self.frames[index]


def similarity(
    degrees: float = 0.0,
    scale: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
    centre: tuple[float, float] = (0, 0),
) -> np.ndarray:
    """(2, 3): a turn (clockwise on screen) and growth about `centre`, then a shift."""
    matrix = cv2.getRotationMatrix2D(centre, -degrees, scale)
    matrix[:, 2] += np.array(shift)
    return matrix


def smile(pixels: float) -> np.ndarray:
    """(H, W, 2) float32 displacement of the portrait: both mouth corners up and out, the cheeks up."""
    height, width = portrait().shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    landmarks = face().landmarks
    assert landmarks is not None
    apart = float(np.hypot(*(face().points[1] - face().points[0])))
    field = np.zeros((height, width, 2), np.float32)
    for point, (dx, dy), reach in (
        (61, (-0.7, -0.7), 0.22), (291, (0.7, -0.7), 0.22), (50, (0, -0.4), 0.25), (280, (0, -0.4), 0.25),
    ):  # fmt: skip
        px, py = landmarks[point]
        bump = np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * (reach * apart) ** 2))
        field += np.stack([bump * dx, bump * dy], axis=-1) * pixels
    return field


def moved(
    head: np.ndarray | None = None, expression: np.ndarray | None = None, noise: float = 0.0, seed: int = 0
) -> np.ndarray:
    """The portrait with its skin displaced by `expression`, then its head by the (2, 3) matrix `head`; uint8."""
    picture = portrait()
    height, width = picture.shape[:2]
    back = cv2.invertAffineTransform(np.eye(2, 3) if head is None else head)
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    still_x = back[0, 0] * x + back[0, 1] * y + back[0, 2]
    still_y = back[1, 0] * x + back[1, 1] * y + back[1, 2]
    at_x, at_y = still_x.astype(np.float32), still_y.astype(np.float32)
    if expression is not None:  # the point that lands here came from where it and its displacement agree
        for _ in range(8):
            step = cv2.remap(expression, at_x, at_y, cv2.INTER_LINEAR)
            at_x, at_y = (still_x - step[..., 0]).astype(np.float32), (still_y - step[..., 1]).astype(np.float32)
    result = cv2.remap(picture, at_x, at_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    return noisy(result, noise, seed) if noise else result


def noisy(picture: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    """With sensor noise of `sigma` grey levels."""
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


def true_flow(expression: np.ndarray, size: int = 224) -> tuple[np.ndarray, np.ndarray]:
    """What (u, v) of the aligned crop must be, (size, size) float32, head motion removed."""
    align = alignment().resized(size)
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    at = align.to_source(np.column_stack([columns.ravel(), rows.ravel()])).astype(np.float32).reshape(size, size, 2)
    field = cv2.remap(expression, at[..., 0], at[..., 1], cv2.INTER_LINEAR) @ align.matrix[:, :2].T
    return field[..., 0].astype(np.float32), field[..., 1].astype(np.float32)


def before_a_wall(picture: np.ndarray, head: np.ndarray | None = None) -> np.ndarray:
    """`picture` with all but the face, which `head` has carried along, replaced by a patterned wall that stays."""
    from mer_core.faces.face import OUTLINE

    landmarks = face().landmarks
    assert landmarks is not None
    matrix = np.eye(2, 3) if head is None else head
    outline = landmarks[list(OUTLINE)] @ matrix[:, :2].T + matrix[:, 2]
    shape = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(shape, [np.rint(outline * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    grain = np.random.default_rng(9).uniform(60, 200, (110, 110)).astype(np.float32)
    wall = cv2.resize(grain, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(np.rint(picture * shape[..., None] + wall * (1 - shape[..., None])), 0, 255).astype(np.uint8)
