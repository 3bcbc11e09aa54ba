"""From a project's labels to the features a recogniser learns from."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mer_core.analysis import measure_clip
from mer_core.clips import open_clip
from mer_core.errors import FeatureError, NoFaceError
from mer_core.face_frames import SIDE, face_frames
from mer_core.faces import FaceChoice, align_clip
from mer_core.faces.find import finder
from mer_core.features import FeatureSet
from mer_core.flow import FlowSettings
from mer_core.flow.settings import RECIPE
from mer_core.progress import Progress, silent
from mer_core.project.feature_cache import FeatureCache, feature_key
from mer_core.project.project import Project
from mer_core.project.training_set import Example, training_set


def project_features(
    folder: Path, progress: Progress = silent, settings: FlowSettings | None = None, *, frames: bool = False
) -> FeatureSet:
    """Measure every usable annotation of the project's coder, from onset to apex.

    frames: also cut the face's frames from onset to offset, for methods that read them. Where no offset is marked, the
    way back is taken to last as long as the way there.

    A clip without a face, for which nobody chose the whole frame, is left out: the attribute ``left_out`` names it.
    The labels are read once, at the start: later edits do not reach the features of this call.
    Raises FeatureError when there is nothing to train on, ClipError when a clip is missing or cannot be read.
    """
    settings = settings or FlowSettings()
    with Project.open(folder) as project:
        chosen = training_set(project, project.coder)
        paths = [project.full_path(example.clip) for example in chosen.examples]
    if chosen.obstacle:
        raise FeatureError(chosen.obstacle)
    rows, kept, left_out = [], [], {}
    with FeatureCache(folder) as cache:
        for done, (example, path) in enumerate(zip(chosen.examples, paths, strict=True)):
            progress(done, len(paths), f"Measuring {example.clip.name}")
            try:
                rows.append(_measured(cache, example, path, settings, frames))
            except NoFaceError as error:
                left_out[example.clip.path] = str(error)
            else:
                kept.append(example)
    progress(len(paths), len(paths), "Measured")
    if left_out and (obstacle := replace(chosen, examples=tuple(kept)).obstacle):
        raise FeatureError(f"{obstacle} Left out, since no face was found in them: {', '.join(left_out)}.")
    return FeatureSet(
        flow=np.stack([row.cube for row in rows]),
        apex=np.stack([row.apex for row in rows]),
        label=np.array([example.label for example in kept], np.int64),
        dataset=np.array([example.clip.dataset for example in kept]),
        subject=np.array([example.clip.subject for example in kept]),
        clip=np.array([example.clip.path for example in kept]),
        classes=chosen.classes,
        attributes={
            "flow": settings.to_dict(),
            "opencv": cv2.__version__,
            "label_map": "MEGC 2019",
            **({"left_out": left_out} if left_out else {}),
        },
        onset=np.stack([row.onset for row in rows]),
        frames=np.stack([row.frames for row in rows]) if frames else None,
    )


class _Row(NamedTuple):
    cube: np.ndarray
    apex: np.ndarray
    onset: np.ndarray
    frames: np.ndarray


def _measured(cache: FeatureCache, example: Example, path: Path, settings: FlowSettings, frames: bool) -> _Row:
    """One expression, from the cache or measured; without ``frames`` there are none in it."""
    marks = example.annotation.marks
    if marks.onset is None or marks.apex is None:
        raise ValueError("the training set holds measurable annotations only")
    onset, apex, face = marks.onset, marks.apex, example.clip.face
    seen_by = {"opencv": cv2.__version__, "face": face, "finder": finder()}
    with open_clip(path, example.clip.fps) as clip:
        content = clip.fingerprint()
        key = feature_key(content, (onset, apex), {**settings.to_dict(), **seen_by})
        last = min(2 * apex - onset, len(clip) - 1) if marks.offset is None else marks.offset
        frames_key = feature_key(content, (onset, last), {"recipe": RECIPE, **seen_by})
        found = cache.find(key)
        cut = cache.find_frames(frames_key) if frames else np.empty((0, SIDE, SIDE), np.uint8)
        if found is None or cut is None:
            measurement = measure_clip(
                clip.read, align_clip(clip, choice=FaceChoice.parse(face)), onset, apex, settings
            )
            if found is None:
                found = measurement.cube, measurement.apex, measurement.onset
                cache.add(key, *found)
            if cut is None:
                cut = face_frames(clip.read, clip.times, measurement.alignment, onset, last)
                cache.add_frames(frames_key, cut)
    return _Row(*found, cut)
