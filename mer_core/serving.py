"""JSON lines between a window and its recognition child (``python -m mer_core serve``); no torch on the window's side.

Requests: ``{"id": 1, "op": "load", "model": DIR}`` and ``{"id": 2, "op": "predict", "flow": …, "apex": …,
"onset": …, "shape": [H, W]}``; replies carry the same id and ``ok``, and ``message``, one sentence, where ok is false.
Arrays are base64 of their bytes, little-endian.
"""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import ModelError
from mer_core.recognition import Prediction


def load_request(number: int, folder: Path) -> str:
    """A line that asks for the model in ``folder``."""
    return json.dumps({"id": number, "op": "load", "model": str(folder)}) + "\n"


def predict_request(number: int, flow: np.ndarray, apex: np.ndarray, onset: np.ndarray) -> str:
    """A line that asks what the loaded model says of flow (28, 28, 3) float32, apex and onset (H, W) uint8."""
    request = {"id": number, "op": "predict", "flow": encode(flow, "<f4"), "shape": list(apex.shape)}
    return json.dumps({**request, "apex": encode(apex, "|u1"), "onset": encode(onset, "|u1")}) + "\n"


def read_reply(line: str) -> dict[str, Any]:
    """A reply as a dict; ModelError with the child's sentence where it says no, with ``id`` as attribute ``number``."""
    reply: dict[str, Any] = json.loads(line)
    if not reply["ok"]:
        raise ServingError(reply["id"], reply["message"])
    return reply


class ServingError(ModelError):
    """The child could not do what request ``number`` asked; the text says why."""

    def __init__(self, number: int | None, message: str) -> None:
        super().__init__(message)
        self.number = number


def to_prediction(reply: dict[str, Any]) -> Prediction:
    """The prediction in a reply to a predict request."""
    shape = tuple(reply["attention_shape"])
    return Prediction(
        classes=tuple(reply["classes"]),
        probabilities=np.asarray(reply["probabilities"], dtype=np.float32),
        attention=decode(reply["attention"], "<f4", shape).astype(np.float32),
        uncertainty=float(reply["uncertainty"]),
    )


def from_prediction(number: int, prediction: Prediction, milliseconds: float) -> dict[str, Any]:
    """The reply that carries ``prediction``."""
    return {
        "id": number,
        "ok": True,
        "classes": list(prediction.classes),
        "probabilities": [float(value) for value in prediction.probabilities],
        "uncertainty": prediction.uncertainty,
        "attention": encode(prediction.attention, "<f4"),
        "attention_shape": list(prediction.attention.shape),
        "milliseconds": milliseconds,
    }


def encode(array: np.ndarray, kind: str) -> str:
    """Base64 of an array's bytes as dtype ``kind``."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")


def decode(text: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """The array of ``shape`` and dtype ``kind`` in ``text``, or ModelError if the bytes are not as many."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype=kind).reshape(shape).copy()
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise ModelError(f"An array in the request does not hold {shape} values: send it again.") from error
