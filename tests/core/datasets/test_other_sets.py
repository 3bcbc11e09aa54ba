"""The other data sets, on files written in their documented layouts, quirks included."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mer_core.annotation import Marks
from mer_core.datasets.found import FoundExpression, Reading
from mer_core.datasets.generic import Layout, Pattern, generic_set
from mer_core.datasets.names import NAMES
from mer_core.datasets.read import read_dataset
from mer_core.datasets.registry import DATA_SETS, data_set, detect
from mer_core.errors import MerError
from tests.core.datasets.trees import frames, numbered, workbook


def read(name: str, root: Path, **options: Any) -> Reading:
    return read_dataset(data_set(name), root, **options)


def said(reading: Reading, row: int) -> str:
    return " | ".join(line.text for line in (*reading.report.notes, *reading.report.unused) if line.row == row)


def of(reading: Reading, clip: str) -> Sequence[FoundExpression]:
    return next(each.expressions for each in reading.clips if each.path.as_posix().endswith(clip))


def test_casme_takes_the_first_apex_and_trusts_the_frames_on_disk(tmp_path: Path) -> None:
    rows = [
        ("Subject", "Filename", None, "OnsetF", "ApexF1", "ApexF2", "OffsetF", None, "AU", "Emotion"),
        (1, "EP01_5", None, 113, 120, 0, 140, None, "4+L10", "tense"),
        (1, "EP03_2", None, 8, 0, 30, 43, None, "?", "Disgust"),
        (2, "EP07_1", None, 5, 17, 25, 60, None, 4, "repression"),
        (2, "EP09_9", None, 5, 17, 25, 60, None, 4, "repression"),
    ]
    workbook(tmp_path / "CASME.xlsx", ("Sheet1", rows))
    raw = tmp_path / "CASME_raw_selected"
    numbered(raw / "sub01" / "EP01_5", "EP01_5-{}.jpg", 113, 138)  # ends two frames early
    numbered(raw / "sub01" / "EP03_2", "EP03_2-{:03}.jpg", 11, 43)  # begins three frames late
    numbered(raw / "sub02" / "EP07_1", "EP07_1-{:03}.jpg", 30, 60)  # has neither onset nor apex
    found = read("casme", tmp_path)
    assert [each.marks for each in of(found, "EP01_5")] == [Marks(0, 7, 25)]
    assert [each.marks for each in of(found, "EP03_2")] == [Marks(0, 19, 32)]
    assert [each.marks for each in of(found, "EP07_1")] == [Marks(None, None, 30)]
    assert of(found, "EP07_1")[0].notes == "Second apex: frame 25"
    assert "offset 140 is not on disk; frame 138 was taken" in said(found, 2)
    assert "onset 8 is not on disk; frame 11 was taken" in said(found, 3)
    assert "onset 5 is not on disk (30 to 60 are); it is left unmarked" in said(found, 4)
    assert said(found, 5) == "its frames are not there"
    assert (found.report.rows, found.report.expressions, len(found.report.unused)) == (4, 3, 1)
    assert found.clips[0].fps == 60


@pytest.mark.parametrize("above", [0, 13])
def test_samm_has_text_above_its_header_or_none(tmp_path: Path, above: int) -> None:
    header = (
        *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro"),
        *("Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
    )
    rows = [
        *[(f"Note {number}: onset and offset are frames of the clip",) for number in range(above)],
        header,
        ("006", "006_1_2", 1, 5562, 5577, 5588, 27, "Micro - 1/2", "AU4+AU9A", "Other", 4, "eyes closed"),
        (6, "6_1_3", 1, 100, 90, 120, 21, "Micro", "12 or R14", "Happiness", 1, None),
    ]
    workbook(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", ("Read me", [("text",)]), ("MICRO_ONLY", rows))
    numbered(tmp_path / "SAMM" / "006" / "006_1_2", "006_{:05}.jpg", 5550, 5600)
    numbered(tmp_path / "SAMM" / "006" / "006_1_3", "006_{:04}.jpg", 95, 125)
    found = read("samm", tmp_path)
    assert found.report.sheet == "MICRO_ONLY"
    (first,), (second,) = of(found, "006_1_2"), of(found, "006_1_3")
    assert (first.marks, first.emotion, first.action_units) == (Marks(12, 27, 38), "others", "AU4+AU9A")
    assert first.notes == "Objective class 4\neyes closed"
    assert second.marks == Marks(5, None, 25)
    assert "apex 90" in said(found, above + 3)
    assert {clip.subject for clip in found.clips} == {"006"}
    assert found.report.published["anger"] == 57


def test_cas_me_2_has_no_header_and_names_its_videos_on_other_sheets(tmp_path: Path) -> None:
    coding = [
        (1, "disgust1_1", 5, 9, 14, "4+7", "negative", "micro-expression", "disgust"),
        (1, "disgust1_2", 30, 0, 45, "12", "positive", "macro-expression", "happiness"),
        (1, "disgust1_3", 60, 66, 0, "?", "others", "micro-expression", "helpless"),
        (2, "anger9_1", 1, 2, 3, "4", "negative", "micro-expression", "anger"),
    ]
    people = [("s15", 15, 1), ("s16", 16, 2)]
    videos = [("0101", "disgust1"), (502, "happy2")]
    file = tmp_path / "CAS(ME)^2code_final.xlsx"
    workbook(file, ("CASFEcode_final", coding), ("naming rule1", people), ("naming rule2", videos))
    numbered(tmp_path / "rawpic" / "s15" / "15_0101disgustingteeth", "img{}.jpg", 1, 80)
    found = read("cas-me-2", tmp_path)
    assert [each.marks for each in of(found, "disgustingteeth")] == [Marks(4, 8, 13), Marks(59, 65, None)]
    assert of(found, "disgustingteeth")[0].notes == "Self-report: disgust"
    assert "macro-expression" in said(found, 2)
    assert "offset is written 0, not coded" in said(found, 3)
    assert "has no video “anger9”" in said(found, 4)
    assert found.clips[0].subject == "s15"
    with_macro = read("cas-me-2", tmp_path, macro=True)
    assert [each.marks for each in of(with_macro, "disgustingteeth")][1] == Marks(29, None, 44)


def test_cas_me_3_has_several_clips_a_video_and_swapped_rows(tmp_path: Path) -> None:
    rows = [
        ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"),
        ("spNO.1", "a", 170, 175, 180, "1+2", 2, "surprise"),
        ("spNO.1", "a", 150, 165, 160, "4", 5, "Others"),
        ("spNO.10", "J", 1, 3, 8, "4", 5, "others"),
    ]
    workbook(tmp_path / "annotation" / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", ("label", rows))
    data = tmp_path / "part_A"
    numbered(data / "spNO.1" / "a" / "color", "{}.jpg", 140, 190)
    numbered(data / "spNO.1" / "a" / "depth", "{}.png", 140, 190)
    numbered(data / "spNO.10" / "j" / "color", "{}.jpg", 0, 9)
    found = read("cas-me-3", tmp_path)
    assert [each.marks for each in of(found, "a/color")] == [Marks(10, 20, 25), Marks(30, 35, 40)]
    assert [each.row for each in of(found, "a/color")] == [3, 2]
    assert "written 150, 165, 160; they were put in order" in said(found, 3)
    assert found.report.counts == {"surprise": 1, "others": 2}
    assert found.report.unused == ()
    assert {clip.subject for clip in found.clips} == {"spNO.1", "spNO.10"}


def test_mmew_lies_by_emotion_and_its_macro_expressions_are_left_aside(tmp_path: Path) -> None:
    rows = [
        (
            "Subject",
            "Filename",
            "OnsetFrame",
            "ApexFrame",
            "OffsetFrame",
            "Action Units",
            "Estimated Emotion",
            "remarks",
        ),
        ("S01", "S01-01-001", 1, 8, 20, "6+12", "happiness", None),
        ("S02", "S02-03-002", 1, 8, 20, "4", "sadness", "glasses"),
    ]
    workbook(tmp_path / "MMEW_Micro_Exp.xlsx", ("Sheet1", rows))
    numbered(tmp_path / "Micro_Expression" / "happiness" / "S01-01-001", "{}.jpg", 1, 20)
    numbered(tmp_path / "Micro_Expression" / "disgust" / "S02-03-002", "{}.jpg", 1, 20)
    numbered(tmp_path / "Macro_Expression" / "anger" / "S01-07-001", "{}.jpg", 1, 5)
    found = read("mmew", tmp_path)
    assert found.report.clips == 2
    assert [each.marks for each in of(found, "S01-01-001")] == [Marks(0, 7, 19)]
    assert of(found, "S02-03-002")[0].notes == "glasses"
    assert "its folder says disgust; the coding's sadness was taken" in said(found, 3)


def test_4dme_clips_have_several_labels_and_static_units(tmp_path: Path) -> None:
    rows = [
        ("sub_ID'", "fold_name", "Emotion", "Onset", "Apex", "Offset", "AUs", "Positive", "Negative", "Surprise",
         "Repression", "Others"),
        ("S13_1st", "001_01_1", "Negative & Repression", 3, 9, 15, "4(k)+17", 0, 1, 0, 1, 0),
        ("S13_2nd", "002_01_1", None, 3, 9, 15, "4", 0, 0, 1, 0, 0),
    ]  # fmt: skip
    workbook(tmp_path / "4DME_Labelling_Micro_release v1.xlsx", ("Sheet1", rows))
    for subject, clip in (("S13_1st", "001_01_1"), ("S13_2nd", "002_01_1")):
        numbered(tmp_path / "gray_micro" / subject / clip, "{:03}.jpg", 1, 20)
    found = read("4dme", tmp_path)
    (first,), (second,) = of(found, "001_01_1"), of(found, "002_01_1")
    assert (first.emotion, first.action_units) == ("negative & repression", "4(k)+17")
    assert second.emotion == "surprise"
    assert "several labels" in said(found, 2)
    assert {clip.subject for clip in found.clips} == {"S13"}


def test_which_frames_are_taken_and_what_else_is_there(tmp_path: Path) -> None:
    rows = [
        ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"),
        ("01", "EP02_01f", 2, 4, 6, "?", "others"),
        (None, "EP03_02", 2, 4, 6, "smile", None),  # the subject's cell is merged with the one above
    ]
    workbook(tmp_path / "CASME2-coding.xlsx", ("Sheet1", rows))
    for clip in ("EP02_01f", "EP03_02", "EP99_01"):
        numbered(tmp_path / "CASME2_RAW_selected" / "sub01" / clip, "img{}.jpg", 1, 7)
    numbered(tmp_path / "Cropped" / "sub01" / "EP02_01f", "reg_img{}.jpg", 1, 7)
    found = read("casme2", tmp_path)
    assert found.report.frames == "raw"
    assert "cropped ones are there as well" in " ".join(found.report.remarks)
    assert "no row names it" in said(found, 0)
    assert "“smile” cannot be read as action units" in said(found, 3)
    assert of(found, "EP03_02")[0].notes == "Action units as written: smile"
    assert "names no emotion" in said(found, 3)
    cropped = read("casme2", tmp_path, kind="cropped")
    assert [clip.path.parent.parent.name for clip in cropped.clips] == ["Cropped"]
    assert said(cropped, 3) == "its frames are not there"


def test_an_action_unit_that_is_none_is_kept_and_named_in_the_report(tmp_path: Path) -> None:
    rows = [
        ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"),
        ("01", "EP02_01f", 2, 4, 6, "4+L99", "others"),
        ("01", "EP03_02", 2, 4, 6, "4+58", "others"),
    ]
    workbook(tmp_path / "CASME2-coding.xlsx", ("Sheet1", rows))
    for clip in ("EP02_01f", "EP03_02"):
        numbered(tmp_path / "CASME2_RAW_selected" / "sub01" / clip, "img{}.jpg", 1, 7)
    found = read("casme2", tmp_path)
    assert of(found, "EP02_01f")[0].action_units == "4+L99"
    assert said(found, 2) == "FACS has no action unit 99; it is kept as written"
    assert said(found, 3) == ""


def test_damaged_folders_of_frames_are_named(tmp_path: Path) -> None:
    header = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion")
    rows = [header, ("01", "EP1", 1, 2, 3, "fear"), ("01", "EP2", 1, 2, 3, "fear")]
    workbook(tmp_path / "CASME2-coding.xlsx", ("Sheet1", rows))
    frames(tmp_path / "raw" / "sub01" / "EP1", ["a_1.jpg", "b_1.jpg", "c_2.jpg"])
    empty = numbered(tmp_path / "raw" / "sub01" / "EP2", "img{}.jpg", 1, 3)
    (empty / "img3.jpg").unlink()
    (empty / "img3.jpg").write_bytes(b"")
    found = read("casme2", tmp_path)
    assert "are both frame 1" in said(found, 2)
    assert "its frame img3.jpg is no picture" in said(found, 3)
    assert found.report.clips == 1


def test_every_name_is_of_a_data_set() -> None:
    assert tuple(DATA_SETS) == NAMES


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("CASME2-coding-20190701.xlsx", "casme2"),
        ("CASME.xlsx", "casme"),
        ("SAMM_Micro_FACS_Codes_v2.xlsx", "samm"),
        ("CAS(ME)^2code_final(Updated).xlsx", "cas-me-2"),
        ("annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", "cas-me-3"),
        ("MMEW_Micro_Exp.xlsx", "mmew"),
        ("4DME_Labelling_Micro_release v1.xlsx", "4dme"),
        ("SMIC_E_raw_image/HS_long/SMIC-HS-E/SMIC-HS-E_annotation.xlsx", "smic-hs"),
        ("somebody.xlsx", ""),
    ],
)
def test_a_data_set_is_known_by_its_root(tmp_path: Path, file: str, name: str) -> None:
    workbook(tmp_path / file, ("Sheet1", [("a",)]))
    found = detect(tmp_path)
    assert (found.name if found else "") == name


def test_any_table_can_be_imported_by_naming_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_bytes(
        "Wer;Datei;von;bis;Gefühl\nAnna;Anna/take1.avi;12;30;happy\nBen;take1;5;9;Angst\n".encode("cp1252")
    )
    numbered(tmp_path / "Anna" / "take1", "f{}.png", 10, 40)
    numbered(tmp_path / "ben" / "take1", "f{}.png", 1, 10)
    columns = {"subject": "wer", "clip": "Datei", "onset": "von", "offset": "bis", "emotion": "Gefühl"}
    layout = Layout("lab", 120, "{subject}/{clip}", "", columns)
    found = read_dataset(generic_set(layout), tmp_path, coding_file=file)
    assert [each.marks for each in of(found, "Anna/take1")] == [Marks(2, None, 20)]
    assert found.report.counts == {"angst": 1, "happiness": 1}
    assert {(clip.subject, clip.fps, clip.dataset) for clip in found.clips} == {
        ("Anna", 120, "lab"),
        ("ben", 120, "lab"),
    }
    assert any("Windows-1252" in remark for remark in found.report.remarks)


def test_where_nothing_names_the_subject_nobody_guesses(tmp_path: Path) -> None:
    for clip in ("take1", "take2"):
        numbered(tmp_path / "fear" / clip, "f{}.png", 1, 4)
    found = read_dataset(generic_set(Layout("lab", 0, "{emotion}/{clip}")), tmp_path)
    assert {clip.subject for clip in found.clips} == {""}
    assert found.report.subjects == 0
    assert any("names the subject of 2 clips" in remark for remark in found.report.remarks)


def test_without_a_table_the_path_says_whose_a_clip_is_and_what_it_shows(tmp_path: Path) -> None:
    for subject, emotion in (("p1", "Happy"), ("p1", "fear"), ("p2", "fear")):
        numbered(tmp_path / subject / emotion / "take1", "f{}.png", 1, 4)
    found = read_dataset(generic_set(Layout("lab", 0, "{subject}/{emotion}/{clip}")), tmp_path)
    assert [(clip.subject, clip.expressions[0].emotion) for clip in found.clips] == [
        ("p1", "happiness"), ("p1", "fear"), ("p2", "fear"),
    ]  # fmt: skip
    assert found.report.notes == ()


def test_a_frame_rate_that_nothing_says_is_said_to_be_assumed(tmp_path: Path) -> None:
    for clip in ("p1/take1", "p1/take2"):
        numbered(tmp_path / clip, "f{}.png", 1, 4)
    assumed = read_dataset(generic_set(Layout("lab", 0, "{subject}/{clip}")), tmp_path)
    assert {clip.fps for clip in assumed.clips} == {100}
    sentence = "The pictures of 2 clips say no frame rate: 100 frames a second are assumed."
    assert any(remark.startswith(sentence) for remark in assumed.report.remarks)
    given = read_dataset(generic_set(Layout("lab", 200, "{subject}/{clip}")), tmp_path)
    assert {clip.fps for clip in given.clips} == {200}
    assert not any("frame rate" in remark for remark in given.report.remarks)


@pytest.mark.parametrize("text", ["{subject}", "{clip}/{clip}", "{who}/{clip}", "{clip", "clips"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(MerError, match="is no pattern"):
        Pattern(text)


def test_a_pattern_may_have_text_around_its_parts() -> None:
    parts = ("root", "subj_07", "x_anger_2", "EP1")
    assert Pattern("subj_{subject}/*_{emotion}_*/{clip}").match(parts) == {
        "subject": "07", "emotion": "anger", "clip": "EP1",
    }  # fmt: skip
    assert Pattern("{subject}/{clip}").match(("EP1",)) is None


def test_a_video_stands_in_where_a_clip_has_no_frames(tmp_path: Path, small_sample: Path) -> None:
    video = next(small_sample.rglob("*.mp4"))
    rows = [("Subject", "Filename", "OnsetFrame", "OffsetFrame", "Emotion"), (1, "EP1", 1, 3, "fear"),
            (1, "EP2", 1, 3, "fear")]  # fmt: skip
    workbook(tmp_path / "CASME2-coding.xlsx", ("Sheet1", rows))
    numbered(tmp_path / "raw" / "sub01" / "EP1", "img{}.jpg", 1, 3)
    (tmp_path / "raw" / "sub01" / "EP2.mp4").write_bytes(video.read_bytes())
    found = read("casme2", tmp_path)
    assert [clip.path.name for clip in found.clips] == ["EP1", "EP2.mp4"]
    assert found.clips[1].frames > 3
    assert len(found.clips[1].fingerprint) == 32
