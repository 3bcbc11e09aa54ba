"""Import → edit → export in a set's own layout → import into a new project: identical annotations."""

from dataclasses import replace
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.cli import main
from mer_core.export.coding import project_coding
from mer_core.export.formats import export_coding
from mer_core.project import Change, Project
from tests.core.coded_project import said
from tests.core.datasets.trees import numbered, workbook

CASME2 = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)
SAMM = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro"),
    *("Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
)


def casme2(root: Path) -> None:
    """Three clips in CASME II's folders, and their coding."""
    rows = [
        CASME2,
        ("01", "EP02_01f", None, 46, 59, 86, None, 12, "happiness"),
        ("01", "EP03_02", None, 131, "/", 161, None, "4+L10", "others"),
        ("26", "EP18_50", None, 3, 8, 12, None, "?", "disgust"),
    ]
    workbook(root / "CASME2-coding-20140508.xlsx", ("Sheet1", rows))
    for clip, first, last in (("sub01/EP02_01f", 40, 90), ("sub01/EP03_02", 120, 170), ("sub26/EP18_50", 1, 20)):
        numbered(root / "CASME2_RAW_selected" / clip, "img{}.jpg", first, last)


def samm(root: Path) -> None:
    """Three clips in SAMM's folders, and their coding."""
    rows = [
        SAMM,
        ("006", "006_1_2", 1, 5562, 5577, 5588, 27, "Micro - 1/2", "4+9A", "Other", 4, "eyes closed"),
        ("006", "006_1_3", 1, 100, 110, 120, 21, "Micro", "12 or R14", "Happiness", 1, None),
        ("011", "011_3_1", 1, 20, 25, 31, 12, "Micro", 7, "Anger", None, "unsure"),
    ]
    workbook(root / "SAMM_Micro_FACS_Codes_v2.xlsx", ("MICRO_ONLY", rows))
    for clip, first, last in (("006_1_2", 5550, 5600), ("006_1_3", 90, 130), ("011_3_1", 10, 40)):
        numbered(root / "SAMM" / clip[:3] / clip, f"{clip[:3]}_{{:05}}.jpg", first, last)


def round_trip(name: str, root: Path, home: Path) -> list[str]:
    """Through the commands; what was said to be lost."""
    first, second, coding = home / "first", home / "second", home / f"{name}-coding.xlsx"
    command = ["import", name, str(root), "--coder", "anna", "--project"]
    assert main([*command, str(first)]) == 0
    with Project.open(first) as project:
        project.set_coder("anna")
        own = {each.clip: each for each in project.annotations(coder="anna")}
        one, two, three = (own[clip] for clip in sorted(own))
        moved = replace(one.marks, apex=(one.marks.apex or 0) + 2)
        edits = [
            Change(one, replace(one, marks=moved, emotion="surprise", action_units="R1+2C?")),
            Change(two, replace(two, marks=replace(two.marks, apex=None))),
            Change(None, Annotation(three.clip, 2, "anna", Marks(14, 16, 18), "fear", "20", "")),
        ]
        project.apply(edits, "anna", "Edit")
    lost = export_coding(before := project_coding(first), name, coding)
    assert main([*command, str(second), "--coding", str(coding)]) == 0
    assert said(project_coding(second).of_coder("anna")) == said(before.of_coder("anna"))
    return lost


def test_casme2(tmp_path: Path) -> None:
    casme2(tmp_path / "set")
    lost = round_trip("casme2", tmp_path / "set", tmp_path)
    assert [each for each in lost if "by “" not in each] == [
        "The clips' data sets: CASME II's layout has no place for these.",
        "The clips' frame rates: CASME II's layout has no place for these.",
        "The clips' numbers of frames: CASME II's layout has no place for these.",
    ]


def test_a_subject_that_is_not_named_is_said_to_be_missing(tmp_path: Path) -> None:
    casme2(tmp_path / "set")
    command = ["import", "casme2", str(tmp_path / "set"), "--coder", "anna", "--project"]
    assert main([*command, str(tmp_path / "first")]) == 0
    with Project.open(tmp_path / "first") as project:
        (clip,) = (each for each in project.clips() if each.subject == "sub26")
        project.apply(Change(clip, replace(clip, subject="")), "anna", "Edit")
    lost = export_coding(project_coding(tmp_path / "first").of_coder("anna"), "casme2", tmp_path / "coding.xlsx")
    assert [each for each in lost if "not named" in each] == [
        "The subject is not named, and readers of this layout take an empty cell for the one above: sub26/EP18_50."
    ]


def test_samm(tmp_path: Path) -> None:
    samm(tmp_path / "set")
    lost = round_trip("samm", tmp_path / "set", tmp_path)
    assert not [each for each in lost if "notes" in each]
