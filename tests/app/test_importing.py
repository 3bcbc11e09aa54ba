"""Importing through the window: known sets, own folders and tables, newer codings, moved clips; all of it undoable."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QProgressDialog
from pytestqt.qtbot import QtBot

from app.dialogs.import_data import ImportDialog
from app.dialogs.import_reports import ImportReports
from app.main_window import MainWindow
from mer_core.annotation import Annotation, Marks
from mer_core.project import Project
from tests.core.datasets.trees import numbered, workbook
from tests.e2e.hands import opened, wait_until

HEADER = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion")
ROWS = [
    (1, "EP02_01f", 12, 15, 18, 12, "happiness"),
    (1, "EP03_02", 12, "/", 18, "4+7", "others"),
    (2, "EP01_11f", 12, 15, 18, "4+L10", "disgust"),
    (2, "EP99_01", 12, 15, 18, "?", "fear"),
]


def coding(root: Path, rows: Sequence[Sequence[Any]]) -> None:
    workbook(root / "CASME2-coding-20140508.xlsx", ("Sheet1", [HEADER, *rows]))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "CASME2"
    coding(root, ROWS)
    for subject, clip, *_ in ROWS[:3]:
        numbered(root / "CASME2_RAW_selected" / f"sub{subject:02}" / str(clip), "img{}.jpg", 10, 20)
    return root


@pytest.fixture
def project(window: MainWindow, tmp_path: Path) -> Path:
    window.desk.session.create_project(tmp_path / "project", "anna")
    return tmp_path / "project"


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def shown(window: MainWindow) -> ImportDialog:
    wait_until(lambda: isinstance(window.importing.dialog, ImportDialog), "the dialog is open")
    dialog = window.importing.dialog
    assert isinstance(dialog, ImportDialog)
    return dialog


def idle(dialog: ImportDialog) -> None:
    wait_until(lambda: not dialog.busy, "nothing is read any more")


def read(qtbot: QtBot, dialog: ImportDialog) -> None:
    idle(dialog)
    qtbot.mouseClick(dialog.read_button, Qt.MouseButton.LeftButton)
    idle(dialog)


def accept(qtbot: QtBot, window: MainWindow, dialog: ImportDialog) -> None:
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    wait_until(lambda: window.importing.dialog is None and not window.importing.busy, "all is written")


def stored(folder: Path, coder: str = "anna") -> list[Annotation]:
    with Project.open(folder) as other:
        return other.annotations(coder=coder)


@pytest.mark.usefixtures("project")
def test_the_dialog_opens_on_no_set_at_first_and_then_on_the_last(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    window.actions_by_id["import_data"].trigger()
    dialog = shown(window)
    assert dialog.source.dataset.currentIndex() == -1
    assert dialog.source.dataset.placeholderText().startswith("Choose…")
    dialog.source.folder.setText(str(root))
    assert not dialog.read_button.isEnabled()
    dialog.source.folder.editingFinished.emit()
    qtbot.waitUntil(lambda: dialog.source.dataset.currentText() == "CASME II")  # the folder says it
    read(qtbot, dialog)
    dialog.reject()
    qtbot.waitUntil(lambda: window.importing.dialog is None)
    window.actions_by_id["import_data"].trigger()
    again = shown(window)
    assert again.source.dataset.currentText() == "CASME II"
    assert not again.read_button.isEnabled()  # no folder yet
    again.reject()


def test_a_dropped_data_set_is_known_read_reported_and_imported(
    window: MainWindow, qtbot: QtBot, root: Path, project: Path
) -> None:
    drop(window, root)
    dialog = shown(window)
    idle(dialog)
    assert dialog.source.dataset.currentText() == "CASME II"
    read(qtbot, dialog)
    text = dialog.outcome.report.toPlainText()
    assert "4 rows read; 3 expressions in 3 clips (raw frames) of 2 subjects" in text
    assert "row 5, 2/EP99_01: its frames are not there" in text
    assert "“/” is no frame number" in text
    assert stored(project) == []
    accept(qtbot, window, dialog)
    assert [each.emotion for each in stored(project)] == ["happiness", "others", "disgust"]
    assert len(stored(project, "CASME II")) == 3
    assert window.notice.text == "CASME II is imported, 3 new clips. Edit › Undo takes it back whole."
    assert window.clip_list.model.rowCount() == 3
    session = window.desk.session
    assert session.undo_stack.undoText() == "Import CASME II"
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    assert session.marks == Marks(2, 5, 8)
    session.undo_stack.undo()
    assert stored(project) == stored(project, "CASME II") == []
    session.undo_stack.redo()
    assert len(stored(project)) == 3

    window.actions_by_id["import_reports"].trigger()
    reports = opened(window, ImportReports)
    assert reports.list.count() == 1
    assert "4 rows read" in reports.view.toPlainText()
    reports.reject()


def test_importing_again_offers_only_what_is_new_with_a_tick_at_each(
    window: MainWindow, qtbot: QtBot, root: Path, project: Path
) -> None:
    window.importing.start(root)
    dialog = shown(window)
    read(qtbot, dialog)
    accept(qtbot, window, dialog)
    window.desk.session.choose_clip(stored(project)[0].clip)
    window.desk.session.annotate("emotion", "contempt")  # the first clip's label is the coder's own now
    coding(root, [(*ROWS[0][:6], "surprise"), (*ROWS[1][:3], 15, *ROWS[1][4:]), (*ROWS[2][:6], "sadness"), ROWS[3]])

    window.importing.start(root)
    dialog = shown(window)
    read(qtbot, dialog)
    groups = [dialog.outcome.tree.topLevelItem(place) for place in range(dialog.outcome.tree.topLevelItemCount())]
    assert [group.text(0) for group in groups if group] == [
        "Changed in the coding (3)", "Edited by you: kept unless ticked (1)",
    ]  # fmt: skip
    changed, edited = groups
    assert changed is not None
    assert edited is not None
    assert edited.checkState(0) == Qt.CheckState.Unchecked
    third = next(changed.child(row) for row in range(3) if "sadness" in changed.child(row).text(1))
    third.setCheckState(0, Qt.CheckState.Unchecked)
    accept(qtbot, window, dialog)
    assert [(each.emotion, each.marks.apex) for each in stored(project)] == [
        ("contempt", 5), ("others", 5), ("disgust", 5),
    ]  # fmt: skip
    assert [each.emotion for each in stored(project, "CASME II")] == ["surprise", "others", "disgust"]


def test_own_clips_are_imported_by_a_pattern_seen_as_it_is_typed(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, project: Path
) -> None:
    for subject, emotion in (("p1", "Happy"), ("p1", "fear"), ("p2", "fear")):
        numbered(tmp_path / "lab" / subject / emotion / "take1", "f{}.png", 1, 4)
    drop(window, tmp_path / "lab")
    dialog = shown(window)
    idle(dialog)
    own = dialog.source.own
    own.pattern.setCurrentText("{subject}/{emotion")
    assert "is no pattern" in own.hint.text()
    own.pattern.setCurrentText("{subject}/{clip}")  # emotions would become people
    assert own.hint.text().endswith(" Folders above those of the pattern are not read: p1, p2.")
    own.pattern.setCurrentText("{subject}/{emotion}/{clip}")
    assert own.hint.text() == "3 of 3 clips lie as the pattern says."
    cells = [own.preview.item(0, column) for column in range(4)]
    assert [cell.text() if cell else "" for cell in cells] == ["take1", "p1", "Happy", "p1/Happy/take1"]
    own.name.setText("lab")
    own.fps.setValue(120)
    read(qtbot, dialog)
    accept(qtbot, window, dialog)
    assert sorted(each.emotion for each in stored(project)) == ["fear", "fear", "happiness"]
    with Project.open(project) as other:
        assert {(clip.subject, clip.fps, clip.dataset) for clip in other.clips()} == {
            ("p1", 120, "lab"), ("p2", 120, "lab"),
        }  # fmt: skip
    window.importing.start()
    again = shown(window)
    assert again.source.own.pattern.currentText() == "{subject}/{emotion}/{clip}"
    assert again.source.own.name.text() == "lab"
    again.reject()


def test_a_pattern_that_fits_is_proposed(window: MainWindow, tmp_path: Path, project: Path) -> None:
    numbered(tmp_path / "p1" / "take1", "f{}.png", 1, 4)
    window.importing.start(tmp_path / "p1")
    dialog = shown(window)
    idle(dialog)
    assert dialog.source.own.pattern.currentText() == "{clip}"
    assert dialog.source.own.preview.rowCount() == 1
    dialog.reject()
    assert project.is_dir()


def test_an_own_table_is_imported_by_choosing_its_columns(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, project: Path
) -> None:
    numbered(tmp_path / "lab" / "p1" / "take1", "f{}.png", 10, 40)
    table = tmp_path / "codes.csv"
    table.write_text("Person,Video,Onset,Bis,Gefühl\np1,take1,12,30,sad\np3,take9,1,2,fear\n", encoding="utf-8")
    window.importing.start(tmp_path / "lab")
    dialog = shown(window)
    idle(dialog)
    source = dialog.source
    source.coding.setText(str(table))
    source.coding.editingFinished.emit()
    idle(dialog)
    assert source.own.columns["onset"].currentText() == "Onset"  # known by its usual name
    assert source.own.columns["clip"].currentText() == "Video"
    for field, heading in (("subject", "Person"), ("offset", "Bis"), ("emotion", "Gefühl")):
        source.own.columns[field].setCurrentText(heading)
    source.own.pattern.setCurrentText("{subject}/{clip}")
    read(qtbot, dialog)
    assert "row 3, p3/take9: its frames are not there" in dialog.outcome.report.toPlainText()
    accept(qtbot, window, dialog)
    assert [(each.emotion, each.marks) for each in stored(project)] == [("sadness", Marks(2, None, 20))]


def test_what_cannot_be_imported_is_said_and_nothing_changes(
    window: MainWindow, qtbot: QtBot, root: Path, project: Path
) -> None:
    (root / "CASME2-coding-20140508.xlsx").write_bytes(b"PK\x03\x04 broken")
    before = (project / "project.sqlite").read_bytes()
    window.importing.start(root)
    dialog = shown(window)
    read(qtbot, dialog)
    assert dialog.pages.currentWidget() is dialog.source
    assert "is damaged or no Excel workbook" in dialog.problem.text()
    dialog.reject()
    assert (project / "project.sqlite").read_bytes() == before


def test_reading_can_be_given_up(window: MainWindow, qtbot: QtBot, root: Path, project: Path) -> None:
    window.importing.start(root)
    dialog = shown(window)
    idle(dialog)
    qtbot.mouseClick(dialog.read_button, Qt.MouseButton.LeftButton)
    dialog._cancel()
    idle(dialog)
    assert dialog.pages.currentWidget() is dialog.source
    dialog.reject()
    wait_until(lambda: window.importing.dialog is None, "the dialog is closed")
    assert stored(project) == []


def test_without_a_project_one_is_made_first(
    window: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "made"))
    drop(window, root)
    dialog = shown(window)
    idle(dialog)
    assert window.desk.session.project is not None
    assert window.desk.session.project.folder == tmp_path / "made"
    dialog.reject()


def test_a_dropped_clip_is_opened_as_before(
    window: MainWindow, qtbot: QtBot, project: Path, frames: Callable[[str, int], Path]
) -> None:
    drop(window, frames("EP01", 8))
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    assert window.importing.dialog is None
    with Project.open(project) as other:
        assert [len(clip.fingerprint) for clip in other.clips()] == [32]


def test_moved_clips_are_missed_and_found_again_at_once(
    window: MainWindow, qtbot: QtBot, root: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.importing.start(root)
    dialog = shown(window)
    read(qtbot, dialog)
    accept(qtbot, window, dialog)
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    moved = root.parent / "elsewhere"
    shutil.move(root, moved)
    window.clip_list.step(1)
    qtbot.waitUntil(lambda: window.notice.button.isVisible())
    assert window.notice.button.text() == "Locate…"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(moved))
    qtbot.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    with Project.open(project) as other:
        assert all(other.full_path(clip).is_dir() for clip in other.clips())
    assert window.desk.session.undo_stack.undoText() == "Locate 3 clips"
    assert window.notice.text == f"All is found again: 3 clips in {moved}."


def test_looking_for_moved_clips_can_be_given_up(window: MainWindow, qtbot: QtBot, root: Path, project: Path) -> None:
    window.importing.start(root)
    dialog = shown(window)
    read(qtbot, dialog)
    accept(qtbot, window, dialog)
    shutil.move(root, root.parent / "elsewhere")
    before = (project / "project.sqlite").read_bytes()
    window.importing.locate(root.parent / "elsewhere")
    watch = window.findChild(QProgressDialog)
    assert watch is not None
    watch.canceled.emit()
    wait_until(lambda: not window.importing.busy, "nobody looks any more")
    assert before == (project / "project.sqlite").read_bytes()
    assert window.desk.session.undo_stack.undoText() == "Import CASME II"
