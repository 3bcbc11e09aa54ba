"""The sample project: generated clips with the labels a coder would have given, bar two left to do."""

import shutil
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.datasets.sample import SampleClip, make_sample
from mer_core.errors import ProjectError
from mer_core.progress import Progress, silent
from mer_core.project.project import Project
from mer_core.project.records import Change, ClipRecord

SAMPLE_CODER = "sample coder"


def make_sample_project(
    folder: Path, *, subjects: int = 8, clips_per_subject: int = 6, seed: int = 0, progress: Progress = silent
) -> None:
    """Make the sample clips in `folder` and a project over them; all of it or, if cancelled or killed, none.

    The first clip is left uncoded and the second wrongly labelled, so that there is something to mark and to correct.
    Raises ProjectError if the folder already holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ProjectError(f"{folder} is not empty: choose a new folder for the sample project.")
    building = folder.with_name(folder.name + ".part")
    shutil.rmtree(building, ignore_errors=True)  # left by a run that was killed
    try:
        clips = make_sample(
            building, subjects=subjects, clips_per_subject=clips_per_subject, seed=seed, progress=progress
        )
        with Project.create(building) as project:
            project.apply(_records(clips), SAMPLE_CODER, "Make the sample project")
            project.set_coder(SAMPLE_CODER)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _records(clips: list[SampleClip]) -> list[Change]:
    changes: list[Change] = []
    for number, clip in enumerate(clips, 1):
        path = Path(clip.path).as_posix()
        changes.append(Change(None, ClipRecord(number, path, "sample", clip.subject, clip.fps, clip.frames)))
        if number == 1:
            continue
        emotion = _another_than(clip.emotion) if number == 2 else clip.emotion
        marks = Marks(clip.onset, clip.apex, clip.offset)
        changes.append(Change(None, Annotation(number, 1, SAMPLE_CODER, marks, emotion, clip.aus, "")))
    return changes


def _another_than(emotion: str) -> str:
    return "surprise" if emotion != "surprise" else "happiness"
