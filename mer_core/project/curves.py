"""``curves/``: motion curves and suggestions of a project's clips, kept by content and settings; may be deleted."""

import json
import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mer_core.clips import Clip
from mer_core.damage import DAMAGE
from mer_core.faces import FaceChoice
from mer_core.flow.settings import RECIPE as FLOW_RECIPE
from mer_core.progress import Progress, silent
from mer_core.project.feature_cache import feature_key
from mer_core.spotting.curve import MotionCurve
from mer_core.spotting.search import RECIPE, Spotting, spot
from mer_core.spotting.suggestion import Suggestion

FOLDER = "curves"
_KEPT = 3  # curves of one clip: of two faces tried by turns, neither is looked for anew
_PAUSE = 10.0  # seconds between two times that a long clip's curve is kept while it grows


def spotted(clip: Clip, project: Path, face: str = "", progress: Progress = silent) -> Spotting:
    """The movements of a clip of the project in folder `project`: as kept, or looked for and kept.

    face: the text of a `FaceChoice`, whose face. What was begun and broken off goes on from where it was. Errors as of
    `spot`; where the disk refuses, the result is not kept, which costs time only.
    """
    path = project / FOLDER / f"{clip.fingerprint()}-{_key(clip, face)[:32]}.npz"
    begun = _read(path)
    if begun is not None and begun.complete:
        return begun
    kept_at = time.monotonic()

    def keep(found: Spotting) -> None:
        nonlocal kept_at
        if found.complete or time.monotonic() - kept_at > _PAUSE:
            kept_at = time.monotonic()
            _write(path, found)

    return spot(clip, progress, choice=FaceChoice.parse(face), begun=begun, keep=keep)


def _key(clip: Clip, face: str) -> str:
    about: dict[str, Any] = {"content": clip.fingerprint(), "fps": clip.fps, "face": face}
    return feature_key({**about, "spotting": RECIPE, "flow": FLOW_RECIPE, "opencv": cv2.__version__})


def _write(path: Path, found: Spotting) -> None:
    about = {
        "blocks": found.blocks,
        "total": found.total,
        "suggestions": [each.to_dict() for each in found.suggestions],
        "names": list(found.curve.values),
    }
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                indices=found.curve.indices,
                head=found.curve.head,
                values=np.stack(list(found.curve.values.values())),
                about=np.array(json.dumps(about)),
            )
            file.flush()
            os.fsync(file.fileno())  # lest the name outlive a power cut and what it names does not
        part.replace(path)
        _prune(path)
    except OSError:
        part.unlink(missing_ok=True)


def _prune(path: Path) -> None:
    """Let go of what was kept of the same clip under settings of long ago, and of writings that were broken off."""
    of_clip = path.name.partition("-")[0]
    newest_first = sorted(path.parent.glob(f"{of_clip}-*"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
    for old in newest_first[_KEPT:]:
        old.unlink(missing_ok=True)


def _read(path: Path) -> Spotting | None:
    """What is kept; None where nothing is, or where it is damaged in whatever way: it can be made again."""
    try:
        with np.load(path) as file:
            about = json.loads(file["about"].item())
            values = dict(zip(about["names"], file["values"], strict=True))
            curve = MotionCurve(file["indices"], values, file["head"])
        suggestions = tuple(Suggestion.from_dict(each) for each in about["suggestions"])
        return Spotting(curve, suggestions, about["blocks"], about["total"])
    except DAMAGE:
        return None
