"""One similarity transform a clip, from the picture to the face's own square.

Per-frame alignment would jitter by more than a micro-expression moves (0.16 px against 0.05 px), so the landmarks of
several frames are averaged and every frame of a clip is cut by the same transform.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

import cv2
import numpy as np

from mer_core.errors import ClipError, NoFaceError
from mer_core.faces.choice import FaceChoice
from mer_core.faces.face import OUTLINE, STABLE, Face, five_points
from mer_core.faces.find import find_faces
from mer_core.faces.warp import warp_square

SIZE = 224
# Where the eyes' centres come to lie, as parts of the crop's side. Read off the published MEGC 2019 flow images: their
# mean strain peaks at the eyes at 25 % of the height; a crop 20 % wider no longer matches them.
_EYE_X, _EYE_Y = 0.25, 0.25
_FRAMES = 5


class Pictures(Protocol):
    """What is needed of a clip."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    def __len__(self) -> int: ...
    def read(self, index: int) -> np.ndarray: ...  # (H, W, 3) uint8 RGB


@dataclass(frozen=True, eq=False)
class Alignment:
    """matrix: (2, 3) float64, source pixels → pixels of the crop. size: the crop's side.

    source: what it rests on: the face mesh, five points, or, where the user chose so, the whole frame.
    landmarks: (468, 2) float32 in source pixels, the median over the frames looked at, where a mesh was found.
    drift: the farthest the face strayed from there in those frames, as part of the crop's side; 1 where half of them or
    more show no face. faces: how many were seen in the frame that shows most.
    """

    matrix: np.ndarray
    size: int = SIZE
    source: Literal["mesh", "points", "frame"] = "mesh"
    landmarks: np.ndarray | None = None
    drift: float = 0.0
    faces: int = 1

    def crop(self, image: np.ndarray) -> np.ndarray:
        """The aligned face of `image` (H, W, 3) uint8 RGB: (size, size) uint8 grey."""
        return warp_square(image, self.matrix, self.size, grey=True)

    def crop_rgb(self, image: np.ndarray) -> np.ndarray:
        """The aligned face of `image` (H, W, 3) uint8 RGB: (size, size, 3) uint8."""
        return warp_square(image, self.matrix, self.size)

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) source pixels → (N, 2) float64 pixels of the crop."""
        return np.asarray(points, np.float64) @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_source(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) pixels of the crop → (N, 2) float64 source pixels."""
        return (np.asarray(points, np.float64) - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T

    def resized(self, size: int) -> "Alignment":
        """The same square of the picture at another resolution."""
        if size == self.size:
            return self
        factor = size / self.size
        matrix = self.matrix * factor
        matrix[:, 2] += (factor - 1) / 2  # whole numbers are pixel centres: the crop's corner is −½ at any size
        return replace(self, matrix=matrix, size=size)

    def widened(self, factor: float) -> "Alignment":
        """A square `factor` times as wide about the same middle, of as many pixels."""
        matrix = self.matrix / factor
        matrix[:, 2] += (1 - 1 / factor) * (self.size - 1) / 2
        return replace(self, matrix=matrix)

    @cached_property
    def skin(self) -> np.ndarray | None:
        """(size, size) float32: 1 on the face, 0 on what lies behind it, soft in between; None without a mesh."""
        if self.landmarks is None:
            return None
        mask = np.zeros((self.size, self.size), np.float32)
        outline = np.rint(self.to_crop(self.landmarks[list(OUTLINE)])).astype(np.int32)
        cv2.fillPoly(mask, [outline], (1.0,))
        # Twice the blur: the background's motion has bled into the face's rim by the flow's own smoothness.
        return np.clip(2 * cv2.blur(mask, (self.size // 14,) * 2, borderType=cv2.BORDER_REPLICATE) - 1, 0, 1)

    def following(self, motion: np.ndarray) -> "Alignment":
        """The crop that goes along with a head moved by `motion`, (2, 3) affine of crop pixels: it sees it still."""
        back = cv2.invertAffineTransform(motion)
        matrix = back[:, :2] @ self.matrix
        matrix[:, 2] += back[:, 2]
        return replace(self, matrix=matrix)

    @property
    def middle(self) -> tuple[float, float]:
        """The crop's middle in source pixels, (x, y)."""
        x, y = self.to_source(np.full((1, 2), (self.size - 1) / 2))[0]
        return float(x), float(y)

    @property
    def scale(self) -> float:
        """Pixels of the crop to one of the source: above 1 the crop is enlarged."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @cached_property
    def stable(self) -> np.ndarray | None:
        """(K, 2) pixels of the crop: points that move with the head, hardly with expressions; None without a mesh."""
        return None if self.landmarks is None else self.to_crop(self.landmarks[list(STABLE)])


def align_clip(
    clip: Pictures,
    indices: Sequence[int] | None = None,
    *,
    size: int = SIZE,
    choice: FaceChoice | None = None,
) -> Alignment:
    """Align `clip` by its face in the frames `indices`, by default five spread over the clip.

    Where there are several faces the one of `choice` is followed from its frame to both ends; without one, the largest.
    A frame that cannot be read is passed over as one without a face. Raises NoFaceError where there is none and
    `choice` does not say to take the whole frame, ClipError where no frame can be read, MerError where no face finder
    is installed.
    """
    if choice is not None and choice.whole_frame:
        return replace(whole_frame(clip.width, clip.height, size), faces=0)
    if indices is None:
        indices = sorted({round(i) for i in np.linspace(0, len(clip) - 1, _FRAMES + 2)[1:-1]}) if len(clip) else []
    faces, most = _faces_of_one(clip, indices, choice)
    if not faces:
        raise NoFaceError(
            "No face was found in the clip: choose to measure the whole frame, or a clip that shows a face."
        )
    meshes = [face.landmarks for face in faces if face.landmarks is not None]
    if 2 * len(meshes) >= len(faces):
        landmarks = np.median(meshes, axis=0).astype(np.float32)
        result = Alignment(eyes_to_crop(five_points(landmarks)[:2], size), size, "mesh", landmarks)
    else:
        result = Alignment(eyes_to_crop(np.median([face.points[:2] for face in faces], axis=0), size), size, "points")
    between_eyes = result.to_crop(np.array([face.points[:2].mean(axis=0) for face in faces]))
    strayed = np.linalg.norm(between_eyes - np.median(between_eyes, axis=0), axis=1).max() / size
    return replace(result, drift=float(strayed) if 2 * len(faces) > len(indices) else 1.0, faces=most)


def _faces_of_one(clip: Pictures, indices: Sequence[int], choice: FaceChoice | None) -> tuple[list[Face], int]:
    """One person's face in each frame that shows it, and the most faces any of the frames shows."""
    by_mtcnn = False
    first = True
    most = 0
    faces: list[Face] = []
    unreadable: ClipError | None = None

    def look(index: int, at: tuple[float, float] | None) -> tuple[float, float] | None:
        """Take the frame's face nearest to `at`; its centre, or `at` where there is none."""
        nonlocal by_mtcnn, first, most, unreadable
        try:
            picture = clip.read(index)
        except ClipError as error:
            unreadable = error
            return at
        found = find_faces(picture, thorough=first or by_mtcnn, every=first or choice is not None)
        first = False
        most = max(most, len(found))
        if not found:
            return at
        face = found[0] if at is None else _nearest(found, at)
        by_mtcnn = face.landmarks is None  # the slow finder goes on being asked where it is the one that sees this face
        faces.append(face)
        return face.centre

    if choice is None or choice.index is None:
        at = None
        for index in indices:
            at = look(index, at)
    else:
        chosen = min(choice.index, len(clip) - 1)
        start = look(chosen, (choice.x, choice.y))
        for way in ([i for i in indices if i > chosen], [i for i in reversed(indices) if i < chosen]):
            at = start
            for index in way:
                at = look(index, at)
    if first and unreadable is not None:
        raise unreadable
    return faces, most


def align_near(image: np.ndarray, alignment: Alignment) -> Alignment | None:
    """Align by the one face of `image` (H, W, 3) uint8 RGB nearest to where `alignment` has it; None without a face."""
    faces = find_faces(image, thorough=alignment.source == "points")
    if not faces:
        return None
    return align_face(_nearest(faces, alignment.middle), alignment.size)


def align_face(face: Face, size: int = SIZE) -> Alignment:
    """Align by one face of one picture."""
    source: Literal["mesh", "points"] = "points" if face.landmarks is None else "mesh"
    return Alignment(eyes_to_crop(face.points[:2], size), size, source, face.landmarks)


def _nearest(faces: list[Face], centre: tuple[float, float]) -> Face:
    return min(faces, key=lambda face: np.hypot(*np.subtract(face.centre, centre)))


def eyes_to_crop(eyes: np.ndarray, size: int) -> np.ndarray:
    """The similarity (2, 3) float64 that lays the eyes' centres (2, 2), left first, in their place in the crop."""
    eyes = np.asarray(eyes, np.float64)
    across = complex(*(eyes[1] - eyes[0]))
    if abs(across) < 1e-6:
        raise ValueError("the two eyes are one point")
    factor = (1 - 2 * _EYE_X) * size / across  # as a complex number: scale and turn at once
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    target = np.array([0.5, _EYE_Y]) * size - 0.5
    return np.column_stack([turn, target - turn @ eyes.mean(axis=0)])


def whole_frame(width: int, height: int, size: int = SIZE) -> Alignment:
    """The whole frame, centred, its longer side filling the crop."""
    scale = size / max(width, height)
    shift = (size - 1) / 2 - scale * np.array([(width - 1) / 2, (height - 1) / 2])
    return Alignment(np.column_stack([scale * np.eye(2), shift]), size, "frame")
