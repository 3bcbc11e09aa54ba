"""``import`` on the command line: what it prints, asks and keeps; a newer coding; what a coder edited is theirs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mer_core.annotation import Marks
from mer_core.cli import main
from mer_core.datasets.report import from_json
from mer_core.project import Change, Project
from tests.core.datasets.trees import numbered, workbook

HEADER = (
    *("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None),
    *("Action Units", "Estimated Emotion"),
)
ROWS = [
    (1, "EP02_01f", None, 46, 59, 86, None, 12, "happiness"),
    (1, "EP03_02", None, 131, 139, 161, None, 18, "Others"),
    (2, "EP01_11f", None, 46, 91, 96, None, "4+L10", "disgust"),
]


def coding(root: Path, rows: Sequence[Sequence[Any]], name: str = "CASME2-coding-20140508.xlsx") -> None:
    workbook(root / name, ("Sheet1", [HEADER, *rows]))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "CASME2"
    coding(root, ROWS)
    for subject, clip, _, onset, _, offset, *_ in ROWS:
        numbered(root / "CASME2_RAW_selected" / f"sub{subject:02}" / str(clip), "img{}.jpg", 10, int(offset or 0) + 5)
        assert onset
    return root


def do(root: Path, *more: str) -> int:
    arguments = ["import", "casme2", str(root), "--project", str(root.parent / "P"), "--coder", "anna"]
    return main([*arguments, *more])


def labels(root: Path, coder: str = "anna") -> dict[str, tuple[str, Marks]]:
    with Project.open(root.parent / "P") as project:
        names = {clip.id: clip.name for clip in project.clips()}
        return {names[each.clip]: (each.emotion, each.marks) for each in project.annotations(coder=coder)}


def test_a_data_set_becomes_a_labelled_project(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert do(root) == 0
    printed = capsys.readouterr().out
    assert "3 rows read; 3 expressions in 3 clips (raw frames) of 2 subjects" in printed
    assert "3 clips added" in printed
    assert labels(root) == labels(root, "CASME II")
    assert labels(root)["EP02_01f"] == ("happiness", Marks(36, 49, 76))
    with Project.open(root.parent / "P") as project:
        assert project.coder == "anna"
        ((_, _, dataset, report),) = project.import_reports()
        assert dataset == "casme2"
        assert from_json(report).counts == {"others": 1, "disgust": 1, "happiness": 1}
        chosen = project.clips()[0]
        project.apply(Change(chosen, replace(chosen, face="whole")), "anna", "Take the whole frame")
        assert all(len(clip.fingerprint) == 32 and clip.fps == 200 for clip in project.clips())
    before = (root.parent / "P" / "project.sqlite").read_bytes()
    assert do(root) == 0
    assert "Nothing to change" in capsys.readouterr().out
    assert (root.parent / "P" / "project.sqlite").read_bytes() == before


def test_a_project_that_has_no_coder_yet_gets_one(root: Path) -> None:
    Project.create(root.parent / "P").close()
    assert do(root) == 0
    assert len(labels(root)) == 3


def test_a_newer_coding_is_shown_and_asked_about(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    do(root)
    coding(root, [(*ROWS[0][:4], 60, *ROWS[0][5:]), ROWS[1]], "CASME2-coding-20190701.xlsx")
    capsys.readouterr()
    assert do(root) == 1
    captured = capsys.readouterr()
    assert "There are several coding files; CASME2-coding-20190701.xlsx was read" in captured.out
    assert "sub01/EP02_01f: apex 49 → 50" in captured.out
    assert "EP01_11f: expression 1 (disgust, frames 36–81–86) is no longer in the coding" in captured.out
    assert "add --yes" in captured.err
    assert labels(root)["EP02_01f"][1].apex == 49
    assert do(root, "--yes") == 0
    assert labels(root)["EP02_01f"][1].apex == labels(root, "CASME II")["EP02_01f"][1].apex == 50
    assert "EP01_11f" not in labels(root)
    capsys.readouterr()
    assert do(root) == 0
    assert "Nothing to change" in capsys.readouterr().out


def test_what_the_coder_edited_is_kept_unless_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    do(root)
    with Project.open(root.parent / "P") as project:
        mine = next(each for each in project.annotations(coder="anna") if each.emotion == "happiness")
        project.apply(Change(mine, replace(mine, emotion="surprise")), "anna", "Change emotion")
    coding(root, [(*ROWS[0][:8], "contempt"), *ROWS[1:]])
    assert do(root, "--yes") == 0
    assert "anna's own coding differs and is kept" in capsys.readouterr().out
    assert labels(root)["EP02_01f"][0] == "surprise"
    assert labels(root, "CASME II")["EP02_01f"][0] == "contempt"
    coding(root, [(*ROWS[0][:8], "fear"), *ROWS[1:]])
    assert do(root, "--yes", "--overwrite-mine") == 0
    assert labels(root)["EP02_01f"][0] == "fear"


def test_labels_can_be_kept_as_reference_alone(root: Path) -> None:
    assert do(root, "--reference-only") == 0
    assert labels(root) == {}
    assert len(labels(root, "CASME II")) == 3
    assert do(root, "--yes") == 0
    assert labels(root) == labels(root, "CASME II")


def test_what_is_missing_is_said_in_a_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "casme2", str(root / "none"), "--project", str(root.parent / "P")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    (root / "CASME2-coding-20140508.xlsx").unlink()
    assert do(root) == 1
    assert "No coding file of CASME II was found" in capsys.readouterr().err
    assert do(root, "--frames", "sideways") == 1
    assert "no frames of the kind" in capsys.readouterr().err
    assert not (root.parent / "P").exists()


def test_an_own_table_is_imported_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbered(tmp_path / "lab" / "p1" / "take1", "f{}.png", 10, 40)
    table = tmp_path / "codes.csv"
    table.write_text("Person,Video,Start,Bis,Gefühl\np1,take1,12,30,sad\n", encoding="utf-8")
    arguments = ["import", "generic", str(tmp_path / "lab"), "--project", str(tmp_path / "P"), "--coder", "anna"]
    own = ["--name", "lab", "--fps", "120", "--coding", str(table)]
    columns = "subject=Person,clip=Video,onset=Start,offset=Bis,emotion=Gefühl"
    assert main([*arguments, *own]) == 1
    assert "A table needs both" in capsys.readouterr().err
    assert main([*arguments, *own, "--columns", columns.replace("Bis", "Ende")]) == 1
    assert "has no columns for" in capsys.readouterr().err
    assert main([*arguments, *own, "--columns", columns]) == 0
    assert labels(tmp_path / "lab") == {"take1": ("sadness", Marks(2, None, 20))}
    assert main([*arguments, "--name", "more", "--pattern", "{person}/{clip}"]) == 1
    assert "is no pattern" in capsys.readouterr().err


def test_a_row_that_repeats_another_is_not_taken_twice(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coding(root, [*ROWS, ROWS[0], (*ROWS[0][:3], 70, 75, 80, *ROWS[0][6:])])
    assert do(root) == 0
    assert "row 5, 1/EP02_01f: it repeats row 2" in capsys.readouterr().out
    with Project.open(root.parent / "P") as project:
        assert len(project.annotations(coder="anna")) == 4
