"""From a project's labels to the features a recogniser learns from."""

from pathlib import Path

import cv2
import numpy as np

from mer_core.analysis import measure_clip
from mer_core.clips import open_clip
from mer_core.errors import FeatureError
from mer_core.faces import align_clip
from mer_core.features import FeatureSet
from mer_core.flow import FlowSettings
from mer_core.progress import Progress, silent
from mer_core.project.feature_cache import FeatureCache, feature_key
from mer_core.project.project import Project
from mer_core.project.training_set import Example, training_set


def project_features(folder: Path, progress: Progress = silent, settings: FlowSettings | None = None) -> FeatureSet:
    """Measure every usable annotation of the project's coder, from onset to apex.

    The labels are read once, at the start: later edits do not reach the features of this call.
    Raises FeatureError when there is nothing to train on, ClipError when a clip is missing or cannot be read.
    """
    settings = settings or FlowSettings()
    with Project.open(folder) as project:
        chosen = training_set(project, project.coder)
        paths = [project.full_path(example.clip) for example in chosen.examples]
    if chosen.obstacle:
        raise FeatureError(chosen.obstacle)
    cubes, apexes = [], []
    with FeatureCache(folder) as cache:
        for done, (example, path) in enumerate(zip(chosen.examples, paths, strict=True)):
            progress(done, len(paths), f"Measuring {example.clip.name}")
            cube, apex = _measured(cache, example, path, settings)
            cubes.append(cube)
            apexes.append(apex)
    progress(len(paths), len(paths), "Measured")
    return FeatureSet(
        flow=np.stack(cubes),
        apex=np.stack(apexes),
        label=np.array([example.label for example in chosen.examples], np.int64),
        dataset=np.array([example.clip.dataset for example in chosen.examples]),
        subject=np.array([example.clip.subject for example in chosen.examples]),
        clip=np.array([example.clip.path for example in chosen.examples]),
        classes=chosen.classes,
        attributes={"flow": settings.to_dict(), "opencv": cv2.__version__, "label_map": "MEGC 2019"},
    )


def _measured(
    cache: FeatureCache, example: Example, path: Path, settings: FlowSettings
) -> tuple[np.ndarray, np.ndarray]:
    onset, apex = example.annotation.marks.onset, example.annotation.marks.apex
    if onset is None or apex is None:
        raise ValueError("the training set holds measurable annotations only")
    with open_clip(path, example.clip.fps) as clip:
        key = feature_key(clip.fingerprint(), onset, apex, {**settings.to_dict(), "opencv": cv2.__version__})
        found = cache.find(key)
        if found is None:
            measurement = measure_clip(clip.read, align_clip(clip), onset, apex, settings)
            found = measurement.cube, measurement.apex
            cache.add(key, *found)
    return found
