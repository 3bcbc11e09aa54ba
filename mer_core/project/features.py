"""From a project's labels to the features a recogniser learns from."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mer_core.analysis import measure_clip
from mer_core.clips import open_clip
from mer_core.errors import FeatureError
from mer_core.face_frames import SIDE, face_frames
from mer_core.faces import align_clip
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

    The labels are read once, at the start: later edits do not reach the features of this call.
    Raises FeatureError when there is nothing to train on, ClipError when a clip is missing or cannot be read.
    """
    settings = settings or FlowSettings()
    with Project.open(folder) as project:
        chosen = training_set(project, project.coder)
        paths = [project.full_path(example.clip) for example in chosen.examples]
    if chosen.obstacle:
        raise FeatureError(chosen.obstacle)
    rows = []
    with FeatureCache(folder) as cache:
        for done, (example, path) in enumerate(zip(chosen.examples, paths, strict=True)):
            progress(done, len(paths), f"Measuring {example.clip.name}")
            rows.append(_measured(cache, example, path, settings, frames))
    progress(len(paths), len(paths), "Measured")
    return FeatureSet(
        flow=np.stack([row.cube for row in rows]),
        apex=np.stack([row.apex for row in rows]),
        label=np.array([example.label for example in chosen.examples], np.int64),
        dataset=np.array([example.clip.dataset for example in chosen.examples]),
        subject=np.array([example.clip.subject for example in chosen.examples]),
        clip=np.array([example.clip.path for example in chosen.examples]),
        classes=chosen.classes,
        attributes={"flow": settings.to_dict(), "opencv": cv2.__version__, "label_map": "MEGC 2019"},
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
    onset, apex, opencv = marks.onset, marks.apex, cv2.__version__
    with open_clip(path, example.clip.fps) as clip:
        content = clip.fingerprint()
        key = feature_key(content, (onset, apex), {**settings.to_dict(), "opencv": opencv})
        last = min(2 * apex - onset, len(clip) - 1) if marks.offset is None else marks.offset
        frames_key = feature_key(content, (onset, last), {"recipe": RECIPE, "opencv": opencv})
        found = cache.find(key)
        cut = cache.find_frames(frames_key) if frames else np.empty((0, SIDE, SIDE), np.uint8)
        if found is None or cut is None:
            measurement = measure_clip(clip.read, align_clip(clip), onset, apex, settings)
            if found is None:
                found = measurement.cube, measurement.apex, measurement.onset
                cache.add(key, *found)
            if cut is None:
                cut = face_frames(clip.read, clip.times, measurement.alignment, onset, last)
                cache.add_frames(frames_key, cut)
    return _Row(*found, cut)
