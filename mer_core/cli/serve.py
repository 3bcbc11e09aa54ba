"""``serve``: a long-lived child that recognises for a window; see ``mer_core.serving`` for its lines."""

import argparse
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from mer_core.errors import MerError, ModelError
from mer_core.recognition import Recogniser
from mer_core.serving import decode, from_prediction

HELP = "Answer recognition requests, one JSON object a line, until standard input ends."

_NEEDED = {"load": ("model",), "predict": ("flow", "apex", "onset", "shape")}
"""What each request holds: texts, and a list as ``shape``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything comes by standard input."""


def run(_arguments: argparse.Namespace) -> int:
    """Serve until the end of standard input."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a line that is no text is a line that is not JSON
    recogniser: Recogniser | None = None
    for line in sys.stdin:
        number = None
        try:
            request = _parse(line)
            number = request["id"]
            _check(request)
            if request["op"] == "load":
                recogniser = Recogniser.load(Path(request["model"]))
                _threads()
                reply = {"id": number, "ok": True, "card": recogniser.card}
            else:
                reply = _predict(recogniser, request)
        except MerError as error:
            reply = {"id": number, "ok": False, "message": str(error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
    return 0


def _threads() -> None:
    """One thread is fastest for single clips, and leaves the others to the window."""
    import torch

    torch.set_num_threads(1)


def _parse(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ModelError("A request is not JSON: send one JSON object a line.") from error
    if not isinstance(request, dict) or "id" not in request or request.get("op") not in list(_NEEDED):
        raise ModelError("A request needs 'id' and 'op' ('load' or 'predict').")
    return request


def _check(request: dict[str, Any]) -> None:
    needed = _NEEDED[request["op"]]
    missing = [name for name in needed if name not in request]
    if missing:
        raise ModelError(f"The request '{request['op']}' lacks {', '.join(missing)}.")
    wrong = [name for name in needed if not isinstance(request[name], list if name == "shape" else str)]
    if wrong:
        raise ModelError(f"The request '{request['op']}' needs {', '.join(wrong)} of another type.")


def _predict(recogniser: Recogniser | None, request: dict[str, Any]) -> dict[str, Any]:
    if recogniser is None:
        raise ModelError("No model is loaded: load one first.")
    began = time.perf_counter()
    shape = request["shape"]
    if len(shape) != 2 or not all(type(side) is int and side > 0 for side in shape):
        raise ModelError("The request's 'shape' must be [height, width].")
    flow = decode(request["flow"], "<f4", (28, 28, 3))
    apex, onset = (decode(request[name], "|u1", (shape[0], shape[1])) for name in ("apex", "onset"))
    prediction = recogniser.predict(flow, apex, onset)
    return from_prediction(request["id"], prediction, (time.perf_counter() - began) * 1e3)
