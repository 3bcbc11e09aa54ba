"""Find faces, lay the 468-point mesh on them, and align them to one crop a clip."""

from mer_core.faces.align import Alignment, align_clip, align_face, align_near, whole_frame
from mer_core.faces.choice import WHOLE_FRAME, FaceChoice
from mer_core.faces.face import Face
from mer_core.faces.find import find_faces

__all__ = [
    "WHOLE_FRAME",
    "Alignment",
    "Face",
    "FaceChoice",
    "align_clip",
    "align_face",
    "align_near",
    "find_faces",
    "whole_frame",
]
