"""The sample project: generated clips with the labels a coder would have given, bar two left to do."""

from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.datasets.sample import make_sample
from mer_core.progress import Progress, silent
from mer_core.project.features import CODER_SETTING
from mer_core.project.project import FILE_NAME, Project
from mer_core.project.records import Change, ClipRecord

SAMPLE_CODER = "you"


def make_sample_project(
    folder: Path, *, subjects: int = 8, clips_per_subject: int = 6, seed: int = 0, progress: Progress = silent
) -> None:
    """Make the sample clips in `folder` and a project over them.

    The first clip is left uncoded and the second wrongly labelled, so that there is something to mark and to correct.
    Raises ClipError if the folder already holds something.
    """
    clips = make_sample(folder, subjects=subjects, clips_per_subject=clips_per_subject, seed=seed, progress=progress)
    changes: list[Change] = []
    for number, clip in enumerate(clips, 1):
        path = Path(clip.path).as_posix()
        changes.append(Change(None, ClipRecord(number, path, "sample", clip.subject, clip.fps, clip.frames)))
        if number == 1:
            continue
        emotion = clip.emotion if number != 2 else _another_than(clip.emotion)
        marks = Marks(clip.onset, clip.apex, clip.offset)
        changes.append(Change(None, Annotation(number, 1, SAMPLE_CODER, marks, emotion, clip.aus, "")))
    with Project.create(folder) as project:
        project.apply(changes, SAMPLE_CODER, "Make the sample project")
        project.set_setting(CODER_SETTING, SAMPLE_CODER)


def is_sample_project(folder: Path) -> bool:
    """Whether the sample project was made there, to the end."""
    return (folder / FILE_NAME).is_file()


def _another_than(emotion: str) -> str:
    return "surprise" if emotion != "surprise" else "happiness"
