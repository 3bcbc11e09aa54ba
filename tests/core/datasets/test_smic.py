"""SMIC: the real coding file against short clips made from it; long clips, the other cameras, and what is missing."""

from pathlib import Path

import pytest

from mer_core.annotation import Marks
from mer_core.datasets.read import read_dataset
from mer_core.datasets.smic import SMIC_HS, SMIC_NIR, SMIC_VIS
from mer_core.datasets.tables import read_tables
from mer_core.project import Project
from mer_core.project.importing import MIDDLE, difference
from tests.core.datasets.trees import frames, numbered, workbook
from tests.real_data import REAL, REASON

HEADER = (
    *("Subject", "Filename", None, "OnsetF", "OffsetF", "Onset2F", "Offset2F", None),
    *("FirstF", "LastF", "TotalMF1", "TotalMF2", "TotalVL", "Emotion"),
)
CLASSES = {"ne": "negative", "po": "positive", "sur": "surprise"}


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_the_real_coding_is_read_whole(tmp_path: Path) -> None:
    assert REAL is not None
    file = REAL / "coding" / "SMIC-HS-E_annotation.xlsx"
    (tmp_path / file.name).write_bytes(file.read_bytes())
    sheet = next(table for table in read_tables(file) if table.name == "HS")
    seconds = []
    for subject, clip, _, onset, offset, *more in (row[:14] for row in sheet.rows[1:]):
        if clip is None:
            continue
        assert isinstance(onset, int)
        assert isinstance(offset, int)
        folder = tmp_path / "HS" / f"s{subject}" / "micro" / CLASSES[str(clip).split("_")[1]]
        numbered(folder / str(clip), "image{}.bmp", onset, offset)
        if isinstance(more[0], int) and isinstance(more[1], int):
            seconds.append((folder, str(clip), more[0], more[1]))
    for folder, clip, onset, offset in seconds[1:3]:  # two clips are in the coding as a second movement alone
        numbered(folder / f"{clip[:-2]}9{clip[-1]}", "image{}.bmp", onset, offset)
    found = read_dataset(SMIC_HS, tmp_path)
    assert found.report.rows == 162
    assert found.report.unused == ()
    assert (found.report.clips, found.report.subjects) == (164, 16)
    assert found.report.counts == {"negative": 70, "positive": 51, "surprise": 43}
    said = [str(line) for line in found.report.notes]
    assert any("s18_sur_03: the coding says negative, the folder surprise" in text for text in said)
    assert any("“MISSING <-426679” is no frame number" in text for text in said)
    assert sum("no row names it" in text for text in said) == 2
    assert all(clip.expressions[0].marks.apex is None for clip in found.clips)
    assert all(clip.expressions[0].marks.offset == clip.frames - 1 for clip in found.clips)


def test_the_middle_is_taken_over_as_apex_but_not_said_of_the_set(tmp_path: Path) -> None:
    workbook(
        tmp_path / "SMIC-HS-E_annotation.xlsx",
        ("HS", [HEADER, (1, "s1_ne_01", None, 20, 40, None, None, None, 1, 60, 21, None, 60, "negative")]),
    )
    numbered(tmp_path / "HS/s1/micro/negative/s1_ne_01", "image{}.bmp", 20, 40)
    reading = read_dataset(SMIC_HS, tmp_path)
    with Project.create(tmp_path / "project") as project:
        project.set_coder("anna")
        project.apply(difference(project, reading, middle_apex=True).changes(), "anna", "Import")
        by_coder = {each.coder: each for each in project.annotations()}
        assert by_coder["SMIC-HS"].marks == Marks(0, None, 20)
        assert by_coder["anna"].marks == Marks(0, 10, 20)
        assert by_coder["anna"].notes == MIDDLE
        assert difference(project, reading, middle_apex=True).items == ()


def test_long_clips_hold_both_movements_and_may_be_numbered_anew(tmp_path: Path) -> None:
    rows = [
        HEADER,
        (3, "s3_ne_06", None, 1020, 1030, 1040, 1050, None, 1000, 1059, 11, 11, 60, "negative"),
        (3, "s3_sur_01", None, 5010, 5020, None, None, None, 5000, 5029, 11, None, 30, "surprise"),
        (None, "164 clips in all", None, None, None),
    ]
    workbook(tmp_path / "SMIC-HS-E_annotation.xlsx", ("HS", rows))
    long = tmp_path / "HS_long" / "SMIC-HS-E" / "s03"
    numbered(long / "s3_ne_06", "image{}.jpg", 1000, 1059)
    numbered(long / "s3_sur_01", "image{:06}.jpg", 1, 30)
    numbered(tmp_path / "HS_long" / "SMIC-HS-E" / "s03" / "s3_non_micro_01", "image{}.jpg", 1, 3)
    found = read_dataset(SMIC_HS, tmp_path, kind="long")
    marks = {clip.path.name: [each.marks for each in clip.expressions] for clip in found.clips}
    assert marks == {
        "s3_ne_06": [Marks(20, None, 30), Marks(40, None, 50)],
        "s3_sur_01": [Marks(10, None, 20)],
    }
    assert {clip.subject for clip in found.clips} == {"s03"}
    assert [line.row for line in found.report.unused] == [4]
    assert "it is no coding of a clip" in found.report.unused[0].text


def test_cropped_clips_and_zeros_in_names_are_found(tmp_path: Path) -> None:
    row = (1, "s1_ne_01", None, 559740, 559750, None, None, None, 559000, 560000, 11, None, 1001, "negative")
    workbook(tmp_path / "SMIC-HS-E_annotation.xlsx", ("HS", [HEADER, row]))
    folder = tmp_path / "SMIC_all_cropped/HS/s01/micro/negative/s01_ne_01"
    numbered(folder, "reg_image{}.bmp", 559740, 559750)
    found = read_dataset(SMIC_HS, tmp_path)
    assert found.report.frames == "cropped"
    assert [each.marks for clip in found.clips for each in clip.expressions] == [Marks(0, None, 10)]


def test_the_other_cameras_are_told_apart_and_are_of_the_same_people(tmp_path: Path) -> None:
    rows = [HEADER, (11, "s11_po_01", None, 100, 108, None, None, None, 50, None, 9, None, 100, None)]
    workbook(tmp_path / "SMIC-HS-E_annotation.xlsx", ("HS", [HEADER]), ("VIS", rows))
    numbered(tmp_path / "VIS/s11/micro/positive/s11_po_01", "image{}.bmp", 100, 108)
    numbered(tmp_path / "NIR/s11/micro/positive/s11_po_01", "image{}.bmp", 7, 15)
    seen = read_dataset(SMIC_VIS, tmp_path)
    dark = read_dataset(SMIC_NIR, tmp_path)
    for reading, camera in ((seen, "VIS"), (dark, "NIR")):
        (clip,) = reading.clips
        assert camera in clip.path.parts
        assert (clip.dataset, clip.subject, clip.fps) == ("smic", "s11", 25)
        assert [(each.emotion, each.marks) for each in clip.expressions] == [("positive", Marks(0, None, 8))]
    assert dark.report.coding_file == ""


def test_a_folder_without_its_coded_frames_is_not_lost(tmp_path: Path) -> None:
    row = (1, "s1_ne_01", None, 900, 950, None, None, None, 800, 1000, 51, None, 201, "negative")
    workbook(tmp_path / "SMIC-HS-E_annotation.xlsx", ("HS", [HEADER, row]))
    frames(tmp_path / "HS/s1/micro/negative/s1_ne_01", [f"image{number}.bmp" for number in (5, 6, 7)])
    found = read_dataset(SMIC_HS, tmp_path)
    assert [each.marks for clip in found.clips for each in clip.expressions] == [Marks(0, None, 2)]
    assert found.report.unused == ()
    assert "first and last frame" in found.report.notes[0].text
