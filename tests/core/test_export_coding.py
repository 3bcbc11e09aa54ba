"""Round trips: project → edit → export → a new project → identical annotations; what a format cannot carry is said."""

import csv
import errno
import json
import os
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mer_core.annotation import Annotation, Marks
from mer_core.cli import main
from mer_core.errors import Cancelled, ExportError
from mer_core.export.coding import Coding, project_coding
from mer_core.export.formats import FORMATS, export_coding, read_coding
from mer_core.export.merging import merge
from mer_core.progress import silent
from mer_core.project import Change, Project
from tests.core.coded_project import Said, coded_project, said


@pytest.fixture(scope="module")
def folder(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return coded_project(small_sample, tmp_path_factory.mktemp("coded") / "project")


@pytest.fixture(scope="module")
def coding(folder: Path) -> Coding:
    return project_coding(folder, history=True)


def again(exported: Path, folder: Path) -> Coding:
    """Read an export into a new project, and that project's coding."""
    with Project.create(folder) as project:
        project.set_coder("reader")
        found = merge(project, read_coding(exported))
        assert not found.differing
        project.apply(found.changes, "reader", "Import coding")
        repeated = merge(project, read_coding(exported))
        assert (repeated.changes, repeated.same) == ((), found.new_annotations)
    return project_coding(folder)


def target(name: str, folder: Path) -> Path:
    return folder / f"coding{FORMATS[name].suffixes[0] if FORMATS[name].suffixes else ''}"


@pytest.mark.parametrize("name", ["json", "csv", "eaf"])
def test_everything_comes_back(name: str, coding: Coding, tmp_path: Path) -> None:
    out = target(name, tmp_path)
    lost = export_coding(coding, name, out)
    new = again(out, tmp_path / "new")
    assert said(new) == said(coding)
    assert len(coding.clips[2].decisions) == 1
    if name == "json":
        assert new.clips[2].decisions == coding.clips[2].decisions
    else:
        assert any("1 decision on suggested marks" in each for each in lost)
    assert sorted(item.name for item in tmp_path.iterdir() if item.name != "home") == sorted(["new", out.name])


@pytest.mark.parametrize("suffix", [".tsv", ".csv"])
def test_boris_brings_back_all_but_what_it_lists(coding: Coding, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"events{suffix}"
    lost = export_coding(coding, "boris", out)
    expected: Said = {}
    for path, (record, annotations) in said(coding).items():
        kept = [replace(each, notes=each.notes.replace("\n", " ")) for each in annotations if each.marks != Marks()]
        if kept:
            expected[path] = (record, tuple(kept))
    assert said(again(out, tmp_path / "new")) == expected
    assert any("without any mark" in each and each.endswith("expression 2.") for each in lost)
    assert any("nothing is said of" in each for each in lost)
    assert any("line breaks become spaces" in each for each in lost)


def test_boris_columns_and_events(coding: Coding, tmp_path: Path) -> None:
    export_coding(coding, "boris", tmp_path / "events.tsv")
    with (tmp_path / "events.tsv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0])[:9] == [
        *("Observation id", "Observation date", "Description", "Observation duration", "Observation type", "Source"),
        *("Time offset (s)", "Media duration (s)", "FPS"),
    ]
    assert list(rows[0])[-6:] == [
        "Behavior type",
        "Time",
        "Media file name",
        "Image index",
        "Image file path",
        "Comment",
    ]
    video = [row for row in rows if row["Observation id"] == f"{coding.clips[7].record.path} (ben @ lab)"]
    assert {row["Observation type"] for row in video} == {"Media file(s)"}
    assert [(row["Behavior"], row["Behavior type"], row["Image index"]) for row in video] == [
        ("expression", "START", "3"),
        ("apex", "POINT", "6"),
        ("expression", "STOP", "8"),
    ]
    starts = sum(row["Behavior type"] == "START" for row in rows)
    assert starts == sum(row["Behavior type"] == "STOP" for row in rows) > 10


def test_csv_is_safe_to_open_and_has_the_source_frame_numbers(coding: Coding, tmp_path: Path) -> None:
    export_coding(coding, "csv", tmp_path / "coding.csv")
    with (tmp_path / "coding.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "@"))]
    clip = coding.clips[2]
    row = next(row for row in rows if row["clip"] == clip.record.name and row["subject"] == clip.record.subject)
    onset = clip.annotations[0].marks.onset
    assert onset is not None
    assert row["onset_frame"] == str(clip.numbers[onset]) != row["onset_index"] == str(onset)
    assert float(row["onset_s"]) == pytest.approx(onset / clip.record.fps, abs=1e-5)
    uncoded = [row for row in rows if not row["expression"]]
    assert len(uncoded) == 1  # a clip of which nothing is said is there all the same


def test_json_says_what_it_is_and_carries_the_history(coding: Coding, tmp_path: Path) -> None:
    export_coding(coding, "json", tmp_path / "coding.json")
    content = json.loads((tmp_path / "coding.json").read_text(encoding="utf-8"))
    assert (content["format"], content["version"]) == ("MER Studio coding", 1)
    assert content["history"][-1]["action"] == "Test edits"
    first = content["clips"][2]
    assert len(first["fingerprint"]) == 32
    moved = tmp_path / "elsewhere" / "coding.json"
    moved.parent.mkdir()
    shutil.copy(tmp_path / "coding.json", moved)
    with Project.create(tmp_path / "new") as project:
        project.apply(merge(project, read_coding(tmp_path / "coding.json")).changes, "reader", "Read")
        assert (
            merge(project, read_coding(moved)).same == 20
        )  # known by their content, wherever the file thinks they are
    assert first["annotations"][0]["apex"]["frame"] == coding.clips[2].numbers[first["annotations"][0]["apex"]["index"]]


def test_elan_document_is_as_its_schema_wants_it(coding: Coding, tmp_path: Path) -> None:
    """The order of elements, unique ids, references that lead somewhere, parents, no overlap within a tier."""
    lost = export_coding(coding, "eaf", tmp_path / "eaf")
    assert any("plays videos, not folders" in each for each in lost)
    files = sorted((tmp_path / "eaf").iterdir())
    assert len(files) == 12
    order = ("HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT")
    for file in files:
        root = ET.parse(file).getroot()
        tags = [order.index(element.tag) for element in root]
        assert tags == sorted(tags)
        ids = [
            value for item in root.iter() for name, value in item.items() if name in ("TIME_SLOT_ID", "ANNOTATION_ID")
        ]
        assert len(ids) == len(set(ids))
        leading = ("TIME_SLOT_REF1", "TIME_SLOT_REF2", "ANNOTATION_REF", "LINGUISTIC_TYPE_REF")
        refs = [value for item in root.iter() for name, value in item.items() if name in leading]
        types = [item.attrib["LINGUISTIC_TYPE_ID"] for item in root.iterfind("LINGUISTIC_TYPE")]
        assert not set(refs) - set(ids) - set(types)
        media = root.find("HEADER/MEDIA_DESCRIPTOR")
        assert (media is None) == ("sub03" not in file.name)
        assert media is None or (file.parent / media.attrib["RELATIVE_MEDIA_URL"]).is_file()
        tiers = {tier.attrib["TIER_ID"]: tier for tier in root.iterfind("TIER")}
        assert len(tiers) == len(root.findall("TIER"))
        assert {tier.get("PARENT_REF") for tier in tiers.values()} - {None} <= set(tiers)
        times = {item.get("TIME_SLOT_ID"): int(item.get("TIME_VALUE", "")) for item in root.iter("TIME_SLOT")}
        for tier in tiers.values():
            spans = [
                (times[item.get("TIME_SLOT_REF1")], times[item.get("TIME_SLOT_REF2")])
                for item in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION")
            ]
            assert all(begin < end for begin, end in spans)
            assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_elan_times_are_those_of_the_video_as_stored(small_sample: Path, tmp_path: Path) -> None:
    """A high-speed recording stored at another rate: ELAN shows the marked frame all the same."""
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    with Project.open(folder) as project:
        clip = project.clip(8)
        project.apply(Change(clip, replace(clip, fps=clip.fps * 8)), "anna", "Recorded at 8 times the rate")
        mark = Annotation(8, 2, "anna", Marks(3, 6, 8))
        project.apply(Change(None, mark), "anna", "Mark")
    coding = project_coding(folder, clips=[clip.path], coders=["anna"])
    export_coding(coding, "eaf", tmp_path / "eaf")
    (file,) = (tmp_path / "eaf").iterdir()
    root = ET.parse(file).getroot()
    assert [int(item.get("TIME_VALUE", "")) for item in root.iter("TIME_SLOT")][:2] == [
        round(3000 / clip.fps),
        round(8000 / clip.fps),
    ]
    (read,) = read_coding(file).clips
    assert read.annotations == (replace(mark, clip=1),)
    assert read.record.fps == clip.fps * 8


def test_what_is_edited_in_elan_is_read(coding: Coding, tmp_path: Path) -> None:
    export_coding(coding, "eaf", tmp_path / "eaf")
    clip = coding.clips[2]
    file = next(file for file in (tmp_path / "eaf").iterdir() if file.stem == "sub01_EP01_03")
    text = file.read_text(encoding="utf-8")
    assert ">disgust<" in text
    file.write_text(text.replace(">disgust<", ">fear<"), encoding="utf-8")
    read = next(one for one in read_coding(tmp_path / "eaf").clips if one.path == clip.path.resolve())
    assert {each.emotion for each in read.annotations if each.coder == "ben @ lab"} == {"fear", "happiness"}


@pytest.mark.parametrize(("name", "sheet"), [("casme2", "Sheet1"), ("samm", "MICRO_ONLY")])
def test_sheets_have_the_sets_own_columns(name: str, sheet: str, coding: Coding, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    lost = export_coding(coding, name, tmp_path / "coding.xlsx")
    rows = list(load_workbook(tmp_path / "coding.xlsx")[sheet].iter_rows(values_only=True))
    if name == "casme2":
        assert rows[0][:6] == ("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame")
    else:
        assert rows[0][3:6] == ("Onset Frame", "Apex Frame", "Offset Frame")
    clip = coding.clips[2]
    marks = next(each.marks for each in clip.annotations if each.coder == coding.coder)
    mine = [row for row in rows if row[1] == clip.record.name and str(row[0]).endswith("01")]
    assert len(mine) == 2  # both expressions of the project's own coder
    assert mine[0][3:6] == tuple(clip.numbers[index] for index in (marks.onset, marks.apex, marks.offset) if index)
    assert sum("by “ben @ lab”" in each or "by “Čeněk 微”" in each for each in lost) == 2
    assert any("data sets" in each for each in lost)
    assert any("notes" in each for each in lost) == (name == "casme2")
    if name == "samm":
        assert "=SUM(A1:A9) looks like a formula" in {row[-1] for row in rows}
        assert load_workbook(tmp_path / "coding.xlsx")[sheet].cell(3, 12).data_type != "f"


def test_one_coder_of_several_can_be_chosen(coding: Coding, tmp_path: Path) -> None:
    lost = export_coding(coding, "samm", tmp_path / "ben.xlsx", coder="ben @ lab")
    assert any("by “sample coder”" in each for each in lost)
    assert any("will be counted anew" in each for each in lost)  # Ben's only expression of some clips is their second


def test_a_clip_that_is_gone_is_said_and_loses_no_annotation(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    coding = project_coding(copy)
    shutil.rmtree(coding.clips[3].path)
    gone = project_coding(copy)
    assert "no file or folder" in gone.clips[3].absent
    for name in ("json", "csv"):
        lost = export_coding(gone, name, target(name, tmp_path))
        assert any("not at hand" in each and coding.clips[3].record.name in each for each in lost)
        assert said(again(target(name, tmp_path), tmp_path / f"new {name}")) == said(coding)
    assert any("no document is made for" in each for each in export_coding(gone, "eaf", tmp_path / "eaf"))
    assert len(list((tmp_path / "eaf").iterdir())) == 11


def test_differences_are_shown_and_taken_only_when_asked(coding: Coding, folder: Path, tmp_path: Path) -> None:
    export_coding(coding, "json", tmp_path / "coding.json")
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    read = read_coding(tmp_path / "coding.json")
    read = replace(
        read, clips=tuple(replace(one, path=copy / one.record.path.split("project/")[-1]) for one in read.clips)
    )
    with Project.open(copy) as project:
        old = project.annotations(3)[0]
        project.apply(Change(old, replace(old, emotion="contempt")), "anna", "Change emotion")
        kept = merge(project, read)
        assert kept.changes == ()
        ((ours, theirs),) = kept.differing
        assert (ours.emotion, theirs.emotion) == ("contempt", old.emotion)
        project.apply(merge(project, read, take_differing=True).changes, "anna", "Take coding")
        assert project.annotations(3)[0] == old


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.json", "{", "damaged or no JSON"),
        ("a.json", "[1]", "not a coding of MER Studio"),
        ("a.json", '{"format": "MER Studio coding", "version": 99}', "update MER Studio"),
        ("a.json", '{"format": "MER Studio coding", "version": 1, "clips": [{"path": 3}]}', "damaged"),
        ("a.csv", "x,y\n1,2\n", "not a coding table"),
        (
            "a.csv",
            "path,expression,onset_index,dataset,subject,fps,frames\nc,1,two,d,s,30,9\n",
            "line 2: 'two' is no frame",
        ),
        (
            "a.csv",
            "path,expression,onset_index,dataset,subject,fps,frames\nc,1,2,d,s,fast,9\n",
            "'fast' is no value for fps",
        ),
        ("a.tsv", "Observation id\tx\n", "no table of events"),
        ("a.eaf", "<nonsense", "damaged or no ELAN document"),
        ("a.eaf", "<ANNOTATION_DOCUMENT/>", "not written by MER Studio"),
        ("a.eaf", '<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>', "no document as ELAN writes"),
        ("a.txt", "", "no coding that can be read back"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ExportError, match=sentence):
        read_coding(tmp_path / name)


def test_bad_targets_are_said_and_leave_nothing(
    coding: Coding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = coding.clips[3].path / "coding.json"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    before = sorted(coding.clips[3].path.iterdir())
    for name, place, sentence in (
        ("json", inside, "lies in the clip"),
        ("json", tmp_path / "coding.txt", "must end in .json"),
        ("csv", tmp_path / "no" / "coding.csv", "make it first"),
        ("csv", tmp_path / "full", "must end in"),
        ("eaf", tmp_path / "full", "not empty"),
    ):
        with pytest.raises(ExportError, match=sentence):
            export_coding(coding, name, place)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ExportError, match="may not write"):
        export_coding(coding, "json", tmp_path / "coding.json")
    monkeypatch.undo()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ExportError, match="disk is full"):
        export_coding(coding, "json", tmp_path / "coding.json")
    monkeypatch.undo()
    assert sorted(coding.clips[3].path.iterdir()) == before
    assert [item.name for item in tmp_path.iterdir() if item.name != "home"] == ["full"]


@pytest.mark.parametrize("name", FORMATS)
def test_cancelling_leaves_nothing_and_keeps_the_old_file(name: str, coding: Coding, tmp_path: Path) -> None:
    out = target(name, tmp_path)
    if FORMATS[name].suffixes:
        out.write_text("the old one")

    def cancel(*about: object) -> None:
        if about[0] == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_coding(coding, name, out, cancel)
    assert out.exists() == bool(FORMATS[name].suffixes)
    assert not out.exists() or out.read_text() == "the old one"
    assert not list(tmp_path.glob(".partial*"))


def test_unknown_coder_and_clip_are_named(folder: Path) -> None:
    with pytest.raises(ExportError, match="no coder “nobody”"):
        project_coding(folder, silent, coders=["nobody"])
    with pytest.raises(ExportError, match="no clip “nothing”"):
        project_coding(folder, silent, clips=["nothing"])


def test_commands_export_list_and_read_back(
    folder: Path, coding: Coding, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "coding.xlsx"
    assert main(["export", str(folder), str(out), "--format", "casme2", "--dry-run"]) == 0
    assert "no place for these" in (listed := capsys.readouterr().out)
    assert "Nothing was written" in listed
    assert not out.exists()
    assert main(["export", str(folder), str(tmp_path / "c.json"), "--format", "json", "--history"]) == 0
    assert "12 clips are in" in capsys.readouterr().out
    for _ in range(2):
        assert main(["read", str(tmp_path / "c.json"), "--project", str(tmp_path / "new")]) == 0
    first, second = capsys.readouterr().out.strip().splitlines()
    assert first == "New: 12 clips and 20 annotations; there already: 0 annotations."
    assert second == "New: 0 clips and 0 annotations; there already: 20 annotations."
    assert said(project_coding(tmp_path / "new")) == said(coding)
    assert main(["export", str(folder), str(tmp_path / "c.csv"), "--format", "csv", "--history"]) == 1
    assert "leave --history out" in capsys.readouterr().err
