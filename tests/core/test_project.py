"""The project keeps every edit, whole, with its history; and refuses what is damaged without touching it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.annotation import Annotation, Marks
from mer_core.errors import ProjectError
from mer_core.project import FILE_NAME, Change, ClipRecord, Decision, Project

CLIP = ClipRecord(1, "clips/sub01/EP01", "sample", "sub01", 200.0, 80)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "project")
    made.apply(Change(None, CLIP), "anna", "Add clip")
    return made


def test_an_edit_is_there_after_opening_again(project: Project) -> None:
    annotation = Annotation(1, 1, "anna", Marks(3, 9, None), "disgust", "4+9", "brow first")
    project.apply(Change(None, annotation), "anna", "Set apex")
    project.close()
    with Project.open(project.folder) as again:
        assert again.clips() == [CLIP]
        assert again.annotations() == [annotation]
        assert [(coder, action) for _, coder, action, _ in again.history(1)] == [
            ("anna", "Add clip"),
            ("anna", "Set apex"),
        ]


def test_the_reverse_takes_an_edit_back(project: Project) -> None:
    added = Change(None, Annotation(1, 1, "anna", Marks(3)))
    changed = Change(added.new, Annotation(1, 1, "anna", Marks(3, 5)))
    for change in (added, changed, changed.reverse):
        project.apply(change, "anna", "edit")
    assert project.annotations() == [added.new]
    project.apply(added.reverse, "anna", "edit")
    assert project.annotations() == []


def test_a_chosen_face_is_kept_with_its_clip_and_taken_back(project: Project) -> None:
    chosen = Change(CLIP, replace(CLIP, face="frame 3 at 100 80"))
    project.apply(chosen, "anna", "Choose the face")
    with Project.open(project.folder) as again:
        assert again.clips() == [again.clip(1)] == [chosen.new]
    project.apply(chosen.reverse, "anna", "Undo: Choose the face")
    assert project.clips() == [CLIP]
    project.apply(chosen, "anna", "Choose the face")
    project.apply(Change(chosen.new, None), "anna", "Remove clip")
    project.apply(Change(None, CLIP), "anna", "Add clip")
    assert project.clips() == [CLIP]


def test_coders_do_not_overwrite_each_other(project: Project) -> None:
    ours, theirs = Annotation(1, 1, "anna", Marks(3)), Annotation(1, 1, "ben", Marks(4))
    project.apply([Change(None, ours), Change(None, theirs)], "anna", "edit")
    assert project.annotations(coder="anna") == [ours]
    assert project.annotations(1) == [ours, theirs]


@pytest.mark.parametrize("count", [3, 60])  # what is there is read clip by clip, or all at once
def test_an_edit_of_many_clips_is_refused_whole_and_made_whole(project: Project, count: int) -> None:
    clips = [replace(CLIP, id=number, path=f"a/EP{number:03}") for number in range(2, 2 + count)]
    said = [Annotation(clip.id, 1, "anna", Marks(3)) for clip in clips]
    both = [record for pair in zip(clips, said, strict=True) for record in pair]
    project.apply([Change(None, record) for record in both], "anna", "Import")
    taking_back = [Change(record, None) for record in reversed(both)]
    newer = replace(said[-1], marks=Marks(4))
    project.apply(Change(said[-1], newer), "ben", "edit")
    history = project.history()
    with pytest.raises(ProjectError, match="changed elsewhere"):
        project.apply(taking_back, "anna", "Undo: Import")
    assert project.annotations() == [*said[:-1], newer]
    assert project.history() == history
    project.apply(Change(newer, said[-1]), "ben", "Undo: edit")
    project.apply(taking_back, "anna", "Undo: Import")
    assert project.clips() == [CLIP]
    assert project.annotations() == []


def test_an_edit_of_something_changed_elsewhere_is_refused_whole(project: Project) -> None:
    first = Annotation(1, 1, "anna", Marks(3))
    project.apply(Change(None, first), "anna", "edit")
    stale = Annotation(1, 1, "anna", Marks(7))
    other = Change(None, Annotation(1, 2, "anna", Marks(1)))
    with pytest.raises(ProjectError, match="changed elsewhere"):
        project.apply([other, Change(stale, Annotation(1, 1, "anna", Marks(8)))], "anna", "edit")
    assert project.annotations() == [first]


def test_a_clip_that_is_annotated_is_not_removed_alone(project: Project) -> None:
    project.apply(Change(None, Annotation(1, 1, "anna", Marks(3))), "anna", "edit")
    with pytest.raises(ProjectError, match="nothing was changed"):
        project.apply(Change(CLIP, None), "anna", "Remove clip")
    assert project.clips() == [CLIP]


def test_paths_are_kept_relative_and_found_again(project: Project, tmp_path: Path) -> None:
    inside = project.folder / "clips" / "sub01" / "EP01"
    assert project.stored_path(inside) == CLIP.path
    assert project.full_path(CLIP) == inside
    outside = tmp_path / "elsewhere" / "clip.mp4"
    stored = project.stored_path(outside)
    assert stored == "../elsewhere/clip.mp4"
    assert project.full_path(ClipRecord(2, stored, "d", "s", 30, 1)) == outside


def test_an_id_is_never_given_twice(project: Project) -> None:
    project.apply(Change(CLIP, None), "anna", "Remove clip")
    assert project.next_clip_id() == 2


def test_damaged_files_are_named_and_left_alone(tmp_path: Path, project: Project) -> None:
    project.close()
    good = (project.folder / FILE_NAME).read_bytes()
    cases = {
        "text": b"this is no database\n" * 100,
        "cut": good[: len(good) // 2],
        "scrambled": good[:4096] + bytes(len(good) - 4096),
    }
    for name, content in cases.items():
        file = tmp_path / name / FILE_NAME
        file.parent.mkdir()
        file.write_bytes(content)
        with pytest.raises(ProjectError, match=r"damaged|not a MER Studio project") as caught:
            Project.open(file.parent)
        assert str(file) in str(caught.value)
        assert file.read_bytes() == content
        assert [each.name for each in file.parent.iterdir()] == [FILE_NAME]


def test_other_databases_and_newer_projects_are_refused(tmp_path: Path, project: Project) -> None:
    other = tmp_path / "other" / FILE_NAME
    other.parent.mkdir()
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(ProjectError, match="not a MER Studio project"):
        Project.open(other.parent)
    project.close()
    newer = sqlite3.connect(project.folder / FILE_NAME)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(ProjectError, match="newer MER Studio"):
        Project.open(project.folder)
    with pytest.raises(ProjectError, match="no project in"):
        Project.open(tmp_path)


def test_a_new_project_does_not_replace_an_old_one(project: Project) -> None:
    with pytest.raises(ProjectError, match="already holds a project"):
        Project.create(project.folder)


def test_a_project_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = sqlite3.connect(folder / FILE_NAME)
    old.executescript(VERSION_1)
    old.close()
    with Project.open(folder) as project:
        assert project.clips() == [ClipRecord(3, "a/EP01", "d", "s", 200.0, 80)]
        assert project.annotations() == [Annotation(3, 1, "anna", Marks(1, 2, 3), "fear", "4", "note")]
        assert project.import_reports() == []
        changed = ClipRecord(3, "a/EP01", "d", "s", 200.0, 80, "abc")
        project.apply(Change(project.clip(3), changed), "anna", "edit")
        project.keep_import_report("casme2", "{}")
        assert project.decisions() == []
        project.apply(Change(None, DECISION), "anna", "Accept suggestions")
    made = Project.create(tmp_path / "new")
    with Project.open(folder) as again:
        assert again.clip(3).fingerprint == "abc"
        assert again.decisions(3, "anna") == [DECISION]
        assert [report[2:] for report in again.import_reports()] == [("casme2", "{}")]
        columns = 'SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) c'
        assert again._read(columns + " ORDER BY 1, c.cid") == made._read(columns + " ORDER BY 1, c.cid")
    made.close()


def test_a_project_of_the_second_version_gets_a_place_for_decisions(tmp_path: Path) -> None:
    with Project.create(tmp_path) as made:
        tables = "SELECT name FROM sqlite_master ORDER BY name"
        before = made._read(tables)
    old = sqlite3.connect(tmp_path / FILE_NAME)
    old.execute("DROP TABLE decision")
    old.execute("PRAGMA user_version = 2")
    old.execute("INSERT INTO clip (id, path, dataset, subject, fps, frames) VALUES (3, 'a', 'd', 's', 200, 80)")
    old.commit()
    old.close()
    with Project.open(tmp_path) as project:
        project.apply(Change(None, DECISION), "anna", "Accept suggestions")
        assert project.decisions(coder="anna") == [DECISION]
        assert project.decisions(coder="ben") == []
        assert project._read(tables) == before
        project.apply(Change(DECISION, None), "anna", "Undo: Accept suggestions")
        assert project.decisions() == []
        with pytest.raises(ProjectError, match="changed elsewhere"):
            project.apply(Change(DECISION, None), "anna", "Undo: Accept suggestions")


DECISION = Decision(3, 1, "anna", "apex", 12, 0.87, "moved", 14, "2026-01-02T03:04:05.678+00:00")


def test_a_project_that_cannot_be_brought_up_to_date_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    old = sqlite3.connect(file)
    old.executescript(VERSION_1)
    old.execute("CREATE TABLE import_report (x)")
    old.close()
    before = file.read_bytes()
    with pytest.raises(ProjectError, match="older MER Studio"):
        Project.open(tmp_path)
    assert file.read_bytes() == before


VERSION_1 = """
PRAGMA application_id = 0x4D455253; PRAGMA user_version = 1;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE clip (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, dataset TEXT NOT NULL, subject TEXT NOT NULL,
    fps REAL NOT NULL, frames INTEGER NOT NULL) STRICT;
CREATE TABLE annotation (clip INTEGER NOT NULL REFERENCES clip(id), expression INTEGER NOT NULL, coder TEXT NOT NULL,
    onset INTEGER, apex INTEGER, "offset" INTEGER, emotion TEXT NOT NULL, action_units TEXT NOT NULL,
    notes TEXT NOT NULL, PRIMARY KEY (clip, expression, coder)) STRICT;
CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, coder TEXT NOT NULL,
    action TEXT NOT NULL, clip INTEGER NOT NULL, old TEXT, new TEXT) STRICT;
CREATE INDEX history_of_clip ON history(clip);
INSERT INTO clip VALUES (3, 'a/EP01', 'd', 's', 200, 80);
INSERT INTO annotation VALUES (3, 1, 'anna', 1, 2, 3, 'fear', '4', 'note');
"""
"""The tables as MER Studio first made them."""
