"""BlazeFace: boxes and eye positions of faces. Bazarevsky et al. 2019, arXiv 1907.05047; anchors as in MediaPipe."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from mer_core.faces import nets

_MIN_SCORE = 0.5
_SAME_FACE = 0.3  # overlap (intersection over union) from which two boxes are one face


@dataclass(frozen=True)
class Detector:
    """One of the two networks; `layers` is (stride in pixels, anchors a cell) per output grid."""

    name: str
    size: int
    layers: tuple[tuple[int, int], ...]
    outputs: tuple[str, str]  # scores, boxes


NEAR = Detector("face_detection_short_range", 128, ((8, 2), (16, 6)), ("classificators", "regressors"))
FAR = Detector("face_detection_full_range", 192, ((4, 1),), ("reshaped_classifier_face_4", "reshaped_regressor_face_4"))


@dataclass(frozen=True, eq=False)
class Box:
    """centre (x, y), size (width, height), eyes (2, 2) left then right in the picture, all in pixels; score 0..1."""

    centre: np.ndarray
    size: np.ndarray
    eyes: np.ndarray
    score: float


@cache
def _anchors(detector: Detector) -> np.ndarray:
    """(anchors, 2) float32 centres, 0..1, row by row, each cell repeated for its anchors."""
    parts = []
    for stride, repeats in detector.layers:
        cells = detector.size // stride
        centres = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
        parts.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(parts)


def detect(image: np.ndarray, detector: Detector = NEAR, fill: float = 1.0) -> list[Box]:
    """Faces in `image` (H, W, 3) uint8 RGB, surest first.

    The picture is scaled so that its longer side takes `fill` of the network's input; below 1 it stands in a wider
    black frame, which is how a face that fills the picture is found.
    """
    size = detector.size
    height, width = image.shape[:2]
    ratio = size * fill / max(height, width)
    shape = max(1, round(width * ratio)), max(1, round(height * ratio))
    scale = np.array([width / shape[0], height / shape[1]])  # source pixels to one of the input, per axis
    offset = np.array([(size - shape[0]) // 2, (size - shape[1]) // 2])
    canvas = np.full((size, size, 3), -1, np.float32)
    small = cv2.resize(image, shape, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR)
    canvas[offset[1] : offset[1] + shape[1], offset[0] : offset[0] + shape[0]] = small.astype(np.float32) / 127.5 - 1

    logits, regressed = nets.run(detector.name, canvas, detector.outputs)
    scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -80, 80)))
    keep = scores > _MIN_SCORE
    values = regressed.reshape(len(scores), -1, 2)[keep]  # centre, size, six points, in pixels of the input
    anchors = _anchors(detector)[keep] * size
    values[:, 0] += anchors
    values[:, 2:] += anchors[:, None]
    to_source = lambda xy: (xy - offset) * scale - 0.5  # noqa: E731 - the input's corner 0 is the pixel centre −½
    return [
        Box(to_source(mean[0]), mean[1] * scale, to_source(mean[2:4]), score)
        for mean, score in _merge(values, scores[keep])
        if (mean[1] > 0).all()
    ]


def _merge(values: np.ndarray, scores: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Overlapping boxes averaged by score, as MediaPipe does (steadier than keeping the best one)."""
    faces = []
    rest = np.argsort(-scores)
    while rest.size:
        low, high = values[rest, 0] - values[rest, 1] / 2, values[rest, 0] + values[rest, 1] / 2
        shared = np.clip(np.minimum(high, high[0]) - np.maximum(low, low[0]), 0, None).prod(axis=1)
        union = values[rest, 1].prod(axis=1) + values[rest[0], 1].prod() - shared
        same = shared / np.maximum(union, 1e-6) > _SAME_FACE
        same[0] = True
        weights = scores[rest[same]]
        faces.append((np.average(values[rest[same]], axis=0, weights=weights), float(scores[rest[0]])))
        rest = rest[~same]
    return faces
