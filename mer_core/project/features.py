"""From a project's labels to the features a recogniser learns from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from mer_core.annotation.label_maps import MEGC, LabelMap
from mer_core.clips import open_clip
from mer_core.errors import ClipError, FeatureError
from mer_core.export.targets import check_file
from mer_core.faces.find import finder
from mer_core.features import FeatureSet
from mer_core.flow import FlowSettings
from mer_core.flow.settings import RECIPE
from mer_core.left_out import NO_CLASS, NO_FACE
from mer_core.pace import Pace, duration
from mer_core.processes import Unforeseen, share_out
from mer_core.progress import Progress, silent
from mer_core.project.feature_cache import FILE_NAME, FeatureCache, feature_key
from mer_core.project.measuring import ClipTask, Expression, Measured, measurer
from mer_core.project.project import Project
from mer_core.project.training_set import Example, TrainingSet, training_set
from mer_core.versions import versions

T = TypeVar("T")
_TICKS = 100  # steps of progress a clip
_SETTING_UP = 3  # clips that are measured in about the time in which a further process is ready to begin


@dataclass(frozen=True)
class _Wanted:
    """One expression and what it will be found by."""

    example: Example
    path: Path
    expression: Expression
    about: dict[str, Any]
    frames_about: dict[str, Any]

    @property
    def key(self) -> str:
        return self.expression.key

    @property
    def frames_key(self) -> str:
        return self.expression.frames_key


def project_features(
    folder: Path,
    progress: Progress = silent,
    settings: FlowSettings | None = None,
    *,
    frames: bool = False,
    jobs: int = 1,
    label_map: LabelMap = MEGC,
) -> FeatureSet:
    """Measure every usable annotation of the project's coder, from onset to apex; what was measured before is taken.

    frames: also cut the face's frames from onset to offset, for methods that read them. Where no offset is marked, the
    way back is taken to last as long as the way there. jobs: processes beside each other; this one alone writes.
    label_map: which classes the emotions are of.

    A clip without a face, for which nobody chose the whole frame, is left out: the attribute ``left_out`` names it. So
    are emotions without a class in the label map: ``in_no_class`` counts them.
    The labels are read once, at the start: later edits do not reach the features of this call. ``progress`` counts
    hundredths of clips. Raises FeatureError when there is nothing to train on, or, after all others were measured and
    kept, ClipError when a clip is missing or cannot be read.
    """
    settings = settings or FlowSettings()
    with Project.open(folder) as project:
        chosen = training_set(project, project.coder, label_map)
        paths = {example.clip.id: project.full_path(example.clip) for example in chosen.examples}
    if chosen.obstacle:
        raise FeatureError(chosen.obstacle)
    left_out: dict[str, str] = {}
    with FeatureCache(folder) as cache:
        wanted, failures = _looked_through(chosen.examples, paths, settings, progress)
        failures += _measure_missing(cache, wanted, settings, frames, jobs, progress, left_out)
        if failures:
            others = f" (So could not others: {len(failures)} clips in all; the rest is measured and kept.)"
            raise ClipError(failures[0] + (others if len(failures) > 1 else ""))
        wanted = [each for each in wanted if each.example.clip.path not in left_out]
        _check_enough(chosen, wanted, left_out)
        rows = [_there(cache.find(each.key), folder) for each in wanted]
        cuts = [_there(cache.find_frames(each.frames_key), folder) for each in wanted] if frames else []
    return FeatureSet(
        flow=np.stack([row[0] for row in rows]),
        apex=np.stack([row[1] for row in rows]),
        onset=np.stack([row[2] for row in rows]),
        label=np.array([each.example.label for each in wanted], np.int64),
        dataset=np.array([each.example.clip.dataset for each in wanted]),
        subject=np.array([each.example.clip.subject for each in wanted]),
        clip=np.array([each.example.clip.path for each in wanted]),
        classes=chosen.classes,
        attributes={
            "flow": settings.to_dict(),
            "opencv": cv2.__version__,
            "label_map": label_map.said(),
            "versions": versions(),
            **({NO_CLASS: dict(chosen.in_no_class)} if chosen.in_no_class else {}),
            **({NO_FACE: left_out} if left_out else {}),
        },
        frames=np.stack(cuts) if frames else None,
    )


def check_place(folder: Path, file: Path) -> None:
    """Raise ExportError unless a feature file can come to lie there: not in a clip's folder, for one."""
    with Project.open(folder) as project:
        clips = [place for clip in project.clips() if (place := project.full_path(clip)).is_dir()]
    check_file(file, (".h5", ".hdf5", ".npz"), clips)


def _check_enough(chosen: TrainingSet, wanted: Sequence[_Wanted], left_out: dict[str, str]) -> None:
    """Raise FeatureError where without the clips that show no face nothing can be trained."""
    obstacle = replace(chosen, examples=tuple(each.example for each in wanted)).obstacle
    if left_out and obstacle:
        raise FeatureError(f"{obstacle} Left out, since no face was found in them: {', '.join(left_out)}.")


def _there(found: T | None, folder: Path) -> T:
    if found is None:
        raise FeatureError(f"{folder / FILE_NAME} is damaged: delete it; it will be made anew.")
    return found


def _looked_through(
    examples: Sequence[Example], paths: dict[int, Path], settings: FlowSettings, progress: Progress
) -> tuple[list[_Wanted], list[str]]:
    """Each expression with its keys, each clip's content being looked at once; and why some cannot be measured."""
    seen: dict[int, tuple[str, int]] = {}
    wanted, failures = [], []
    for done, example in enumerate(examples):
        clip = example.clip
        progress(done, len(examples), f"Looking at {clip.name}")
        try:
            if clip.id not in seen:
                with open_clip(paths[clip.id], clip.fps) as opened:
                    seen[clip.id] = opened.fingerprint(), len(opened)
            wanted.append(_wanted(example, paths[clip.id], *seen[clip.id], settings))
        except ClipError as error:
            failures.append(str(error))
    return wanted, failures


def _wanted(example: Example, path: Path, content: str, count: int, settings: FlowSettings) -> _Wanted:
    marks = example.annotation.marks
    if marks.onset is None or marks.apex is None:
        raise ValueError("the training set holds measurable annotations only")
    onset, apex = marks.onset, marks.apex
    last = min(2 * apex - onset, count - 1) if marks.offset is None else marks.offset
    if max(apex, last) >= count:
        raise ClipError(f"A mark lies beyond the last frame of {path}: move or clear it.")
    seen_by = {"opencv": cv2.__version__, "face": example.clip.face, "finder": finder()}
    flow = {"content": content, "frames": (onset, apex), "settings": {**settings.to_dict(), **seen_by}}
    cut = {"content": content, "frames": (onset, last), "settings": {"recipe": RECIPE, **seen_by}}
    return _Wanted(example, path, Expression(onset, apex, last, feature_key(flow), feature_key(cut)), flow, cut)


def _measure_missing(
    cache: FeatureCache,
    wanted: Sequence[_Wanted],
    settings: FlowSettings,
    frames: bool,
    jobs: int,
    progress: Progress,
    left_out: dict[str, str],
) -> list[str]:
    """Measure what is not in the cache, clip by clip; why some could not be. ``left_out``: those without a face."""
    abouts = {each.key: each.about for each in wanted} | {each.frames_key: each.frames_about for each in wanted}
    stored = {each.example.clip.id: each.example.clip.path for each in wanted}
    tasks = _tasks(cache, wanted, frames)
    jobs = min(jobs, 1 + len(tasks) // _SETTING_UP)
    pace = Pace(tasks, jobs)
    failures: list[str] = []
    told_last: list[tuple[int, int, str]] = [(0, max(1, _TICKS * len(tasks)), "Measuring")]

    def told(task: ClipTask, what: float | Measured | str) -> None:
        if isinstance(what, Measured):
            for key, row in what.rows.items():
                cache.add(key, *row, abouts[key])
            for key, cut in what.frames.items():
                cache.add_frames(key, cut, abouts[key])
            if what.no_face:
                left_out[stored[task.clip]] = what.no_face
        elif isinstance(what, str):
            failures.append(f"{task.name}: {what}" if isinstance(what, Unforeseen) else what)
        pace.told(task, what)
        left = pace.seconds_left
        later = "" if left is None else f", about {duration(left)} left"
        text = f"Measuring {task.name} ({pace.finished} of {len(tasks)}{later})"
        told_last[0] = (round(_TICKS * pace.done), _TICKS * len(tasks), text)
        progress(*told_last[0])

    share_out(
        tasks,
        partial(measurer, settings),
        jobs=jobs,
        told=told,
        name=lambda task: task.name,
        check=lambda: progress(*told_last[0]),
    )
    total = max(1, _TICKS * len(tasks))
    progress(total, total, "Measured")
    return failures


def _tasks(cache: FeatureCache, wanted: Sequence[_Wanted], frames: bool) -> list[ClipTask]:
    """One task a clip of which something is missing."""
    missing: dict[int, tuple[_Wanted, list[Expression]]] = {}
    asked: set[str] = set()
    for each in wanted:
        key = "" if cache.find(each.key) is not None else each.key
        frames_key = "" if not frames or cache.find_frames(each.frames_key) is not None else each.frames_key
        if {key, frames_key} - {""} - asked:  # the same clip may be in the project twice
            asked |= {key, frames_key}
            expressions = missing.setdefault(each.example.clip.id, (each, []))[1]
            expressions.append(replace(each.expression, key=key, frames_key=frames_key))
    return [
        ClipTask(clip.name, first.path, clip.fps, clip.face, clip.id, tuple(expressions))
        for first, expressions in missing.values()
        if (clip := first.example.clip)
    ]
