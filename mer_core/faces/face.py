"""A face found in a picture, and which mesh points are which."""

from dataclasses import dataclass

import numpy as np

# Mesh points (MediaPipe's numbering) by name; left and right are the picture's.
LEFT_EYE = (33, 133)  # outer and inner corner
RIGHT_EYE = (263, 362)
NOSE_TIP = 1
LEFT_MOUTH, RIGHT_MOUTH = 61, 291
# Skin over bone that expressions hardly move: nose bridge, inner eye corners, temples, the top of the forehead.
STABLE = (
    *(168, 6, 197, 195, 122, 351, 193, 417, 245, 465, 188, 412),
    *(133, 362, 243, 463),
    *(127, 356, 34, 264, 162, 389, 139, 368),
)
# The face's outline, round once.
OUTLINE = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)


@dataclass(frozen=True, eq=False)
class Face:
    """One face, in pixels of the picture it was found in (a whole number is a pixel's centre).

    box: (x, y, width, height), may reach beyond the picture. score: the finder's confidence, 0..1.
    landmarks: (468, 2) float32 (x, y) of the mesh, or None where only the five points are known.
    points: (5, 2) float32: left eye, right eye, nose tip, left and right mouth corner; left as seen in the picture.
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: np.ndarray | None
    points: np.ndarray

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        return self.box[2] * self.box[3]

    @property
    def centre(self) -> tuple[float, float]:
        """Of the box, (x, y)."""
        x, y, width, height = self.box
        return x + width / 2, y + height / 2


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """The five points of a mesh: (468, 2) → (5, 2) float32. An eye is the mean of its two corners."""
    eyes = [landmarks[list(corners)].mean(axis=0) for corners in (LEFT_EYE, RIGHT_EYE)]
    return np.stack([*eyes, landmarks[NOSE_TIP], landmarks[LEFT_MOUTH], landmarks[RIGHT_MOUTH]]).astype(np.float32)
