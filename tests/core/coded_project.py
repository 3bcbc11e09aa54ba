"""A project that asks much of a format: several coders and expressions, marks that are missing, awkward words."""

import shutil
from dataclasses import replace
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.export.coding import Coding
from mer_core.project import Change, ClipRecord, Project
from mer_core.project.records import Decision

Said = dict[Path, tuple[ClipRecord, tuple[Annotation, ...]]]


def coded_project(sample: Path, folder: Path) -> Path:
    """A copy of the small sample, edited: clips 7 to 9 are videos, the others folders of frames."""
    shutil.copytree(sample, folder)
    with Project.open(folder) as project:
        coder = project.coder
        old = {each.clip: each for each in project.annotations()}
        edits = [
            Change(old[3], replace(old[3], notes="=SUM(A1:A9) looks like a formula", action_units="L4+R12B?")),
            Change(
                old[4], replace(old[4], notes="first line\nsecond; “quoted”, with a comma\tand a tab", emotion="tense")
            ),
            Change(None, Annotation(3, 2, coder, Marks(2, 5, 9), "surprise", "1+2", "'quoted and = said")),
            Change(None, Annotation(3, 1, "ben @ lab", Marks(4, 8, 30), "disgust", "4 or 9", "")),
            Change(None, Annotation(3, 2, "ben @ lab", Marks(20, 25, 40), "happiness", "12", "overlaps the first")),
            Change(None, Annotation(5, 2, "ben @ lab", Marks(3, None, 7), "", "", "no apex")),
            Change(None, Annotation(6, 2, "ben @ lab", Marks(3, 7, None), "fear", "", "no offset")),
            Change(None, Annotation(7, 2, "ben @ lab", Marks(None, 7, None), "fear", "", "apex alone")),
            Change(None, Annotation(12, 2, "ben @ lab", Marks(5, 5, 5), "anger", "7", "one frame")),
            Change(None, Annotation(9, 2, "Čeněk 微", Marks(), "contempt", "14", "not marked at all")),
            Change(None, Annotation(8, 2, "ben @ lab", Marks(3, 6, 8), "sadness", "15", "in a video")),
        ]
        decision = Decision(3, 2, coder, "apex", 4, 0.625, "moved", 5, "2026-01-02T03:04:05.678+00:00")
        project.apply([*edits, Change(None, decision)], coder, "Test edits")
    return folder


def said(coding: Coding) -> Said:
    """What is said of each clip, by where it lies; ids, stored paths and fingerprints are the project's own."""
    return {
        clip.path.resolve(): (
            replace(clip.record, id=0, path="", fingerprint=""),
            tuple(
                sorted(
                    (replace(each, clip=0) for each in clip.annotations), key=lambda each: (each.expression, each.coder)
                )
            ),
        )
        for clip in coding.clips
    }
