"""Clips that were moved are found again, all at once, and only if they are the same."""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from mer_core.annotation import Annotation, Marks
from mer_core.cli import main
from mer_core.clips import open_clip
from mer_core.project import Change, ClipRecord, Project
from mer_core.project.locating import locate, missing_clips
from tests.core.datasets.trees import numbered

CLIPS = ("sub01/EP01", "sub01/EP02", "sub02/EP01")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "P")
    for number, clip in enumerate(CLIPS, 1):
        folder = numbered(tmp_path / "data" / "raw" / clip, "img{}.jpg", 1, 5)
        with open_clip(folder) as opened:
            mark = opened.fingerprint()
        record = ClipRecord(number, made.stored_path(folder), "d", clip[:5], 100, 5, mark, "whole")
        made.apply([Change(None, record), Change(None, Annotation(number, 1, "a", Marks(1)))], "a", "Add")
    return made


@pytest.mark.parametrize("place", ["far/away/raw", "far/away", "far/away/raw/sub02/EP01", "far/away/raw/sub01"])
def test_one_new_place_repairs_all(project: Project, tmp_path: Path, place: str) -> None:
    before = project.clips()
    (tmp_path / "far").mkdir()
    shutil.move(tmp_path / "data", tmp_path / "far" / "away")
    assert len(missing_clips(project)) == 3
    found = locate(project, tmp_path / place)
    assert found.still_missing == ()
    project.apply(found.changes, "a", "Locate")
    assert missing_clips(project) == []
    assert [clip.path for clip in project.clips()] == [f"../far/away/raw/{clip}" for clip in CLIPS]
    assert [(c.id, c.subject, c.fingerprint, c.face) for c in project.clips()] == [
        (c.id, c.subject, c.fingerprint, c.face) for c in before
    ]
    assert len(project.annotations()) == 3


def test_a_renamed_clip_is_found_by_its_content(project: Project, tmp_path: Path) -> None:
    video = tmp_path / "data" / "take.avi"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("mjpeg", rate=30, width=32, height=32, pix_fmt="yuvj420p")
        for shade in range(6):
            picture = np.full((32, 32, 3), 40 * shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    with open_clip(video) as opened:
        record = ClipRecord(4, project.stored_path(video), "d", "sub03", 100, 6, opened.fingerprint())
    project.apply([Change(None, record)], "a", "Add")
    away = tmp_path / "away"
    (away / "empty").mkdir(parents=True)
    shutil.move(tmp_path / "data" / "raw" / "sub01" / "EP01", away / "first of all")
    shutil.move(video, away / "another name.avi")
    found = locate(project, away)
    project.apply(found.changes, "a", "Locate")
    assert found.still_missing == ()
    assert {clip.id: clip.path for clip in project.clips()} == {
        1: "../away/first of all",
        2: "../data/raw/sub01/EP02",
        3: "../data/raw/sub02/EP01",
        4: "../away/another name.avi",
    }
    shutil.move(away / "first of all", away / "anew")
    (change,) = locate(project, away / "anew").changes  # the clip's own folder was chosen
    assert isinstance(change.new, ClipRecord)
    assert change.new.path == "../away/anew"


def test_what_only_has_the_name_is_not_taken(project: Project, tmp_path: Path) -> None:
    shutil.move(tmp_path / "data", tmp_path / "moved")
    other = tmp_path / "moved" / "raw" / "sub01" / "EP02"
    shutil.rmtree(other)
    numbered(other, "img{}.jpg", 1, 6)
    shutil.rmtree(tmp_path / "moved" / "raw" / "sub02")
    found = locate(project, tmp_path / "moved")
    assert [change.clip for change in found.changes] == [1]
    reasons = {clip.name + clip.subject: why for clip, why in found.still_missing}
    assert "holds other frames" in reasons["EP02sub01"]
    assert "it is not in" in reasons["EP01sub02"] or "other frames" in reasons["EP01sub02"]


def test_clips_are_located_by_command(project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.close()
    shutil.move(tmp_path / "data", tmp_path / "moved")
    assert main(["locate", str(tmp_path / "P"), str(tmp_path / "moved")]) == 0
    assert "3 clips found again, 0 still missing" in capsys.readouterr().out
    with Project.open(tmp_path / "P") as again:
        assert missing_clips(again) == []
