"""Coding by keys and mouse in the real window: every edit is kept, shown, undone and redone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from mer_core.annotation import Annotation, Marks
from mer_core.annotation.annotation import MARK_NAMES
from mer_core.clips import open_clip
from mer_core.errors import ClipError
from mer_core.project import FILE_NAME, Project
from tests.e2e.hands import opened


@pytest.fixture
def coded(window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]) -> MainWindow:
    """The window on a project of two clips of 40 frames, numbered from 10."""
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([frames("EP01", 40), frames("EP02", 40)])
    qtbot.waitUntil(lambda: window.desk.media.buffer is not None and window.desk.media.buffer.loaded == 40)
    return window


def press(
    qtbot: QtBot, window: MainWindow, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    for key in keys:
        qtbot.keyClick(window, key, modifier)


def stored(window: MainWindow) -> list[Annotation]:
    """What another process would read from the disk now."""
    project = window.desk.session.project
    assert project is not None
    with Project.open(project.folder) as other:
        return list(other.annotations())


def test_keys_step_and_mark_the_frame_shown(coded: MainWindow, qtbot: QtBot) -> None:
    media = coded.desk.media
    press(qtbot, coded, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_O)
    press(qtbot, coded, Qt.Key.Key_Right, modifier=Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, coded, Qt.Key.Key_A)
    press(qtbot, coded, Qt.Key.Key_End, Qt.Key.Key_F)
    assert coded.desk.session.marks == Marks(3, 13, 39)
    assert media.index == 39
    assert media.image is not None
    assert media.image[0, 0, 0] == 39 * 5
    assert coded.player.frame_box.value() == 49
    assert [annotation.marks for annotation in stored(coded)] == [Marks(3, 13, 39)]
    press(qtbot, coded, Qt.Key.Key_Left, modifier=Qt.KeyboardModifier.ControlModifier)
    assert media.index == 13


def test_every_edit_is_undone_and_redone_across_clips(coded: MainWindow, qtbot: QtBot) -> None:
    panel, session = coded.annotation_panel, coded.desk.session
    press(qtbot, coded, Qt.Key.Key_O, Qt.Key.Key_End, Qt.Key.Key_A)
    panel.emotion.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(panel.emotion, "d")
    assert panel.emotion.currentText() == "disgust"
    panel.action_units.setFocus()
    qtbot.keyClicks(panel.action_units, "4+L9C")
    assert panel._unit_names.text() == "Brow lowerer, Nose wrinkler (the person's left, marked)"
    qtbot.keyClick(panel.action_units, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(panel.action_units, "4+9")
    panel.notes.setFocus()
    qtbot.keyClicks(panel.notes, "brow first")
    coded.player.view.setFocus()
    press(qtbot, coded, Qt.Key.Key_PageDown)
    assert session.clip is not None
    assert session.clip.name == "EP02"
    qtbot.waitUntil(lambda: coded.desk.media.clip is not None)
    press(qtbot, coded, Qt.Key.Key_O)
    full = stored(coded)
    assert len(full) == 2

    names = []
    while session.undo_stack.canUndo():
        names.append(session.undo_stack.undoText())
        press(qtbot, coded, Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert names == [
        "Set onset",
        "Change notes",
        "Change action units",
        "Change emotion",
        "Set apex",
        "Set onset",
        "Add 2 clips",
    ]
    assert stored(coded) == []
    while session.undo_stack.canRedo():
        press(qtbot, coded, Qt.Key.Key_Y, modifier=Qt.KeyboardModifier.ControlModifier)
    assert stored(coded) == full
    assert session.clip is not None
    assert session.clip.name == "EP02"


def test_a_flag_is_dragged_and_kept_when_dropped(coded: MainWindow, qtbot: QtBot) -> None:
    timeline, session = coded.player.timeline, coded.desk.session
    press(qtbot, coded, *[Qt.Key.Key_Right] * 5, Qt.Key.Key_O, Qt.Key.Key_End, Qt.Key.Key_A)
    start = timeline.handle_centre("apex")
    assert start is not None
    target = QPoint(round(timeline.x_of(20)), round(start.y()))
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=start.toPoint())
    qtbot.mouseMove(timeline, QPoint(round(timeline.x_of(30)), round(start.y())))
    qtbot.mouseMove(timeline, target)
    assert session.marks.apex == 20  # on screen while it is dragged
    assert coded.desk.media.index == 20
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=target)
    assert session.annotation is not None
    assert session.annotation.marks == Marks(5, 20)
    assert session.undo_stack.undoText() == "Set apex"


def test_a_dragged_flag_stops_at_its_neighbour(coded: MainWindow, qtbot: QtBot) -> None:
    timeline = coded.player.timeline
    press(qtbot, coded, *[Qt.Key.Key_Right] * 9, Qt.Key.Key_O, Qt.Key.Key_End, Qt.Key.Key_A)
    start = timeline.handle_centre("apex")
    assert start is not None
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=start.toPoint())
    qtbot.mouseMove(timeline, QPoint(2, round(start.y())))
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(2, round(start.y())))
    assert coded.desk.session.marks == Marks(9, 9)


def test_a_mark_out_of_order_is_refused_in_a_sentence(coded: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, coded, *[Qt.Key.Key_Right] * 5, Qt.Key.Key_O, Qt.Key.Key_Home, Qt.Key.Key_A)
    assert "onset cannot come after the apex" in coded.notice.text
    assert coded.desk.session.marks == Marks(5)


def test_an_action_unit_that_cannot_be_read_is_not_kept(coded: MainWindow, qtbot: QtBot) -> None:
    panel = coded.annotation_panel
    qtbot.keyClicks(panel.action_units, "12x")
    assert coded.desk.session.annotation is not None
    assert coded.desk.session.annotation.action_units == "12"
    assert any("Not kept" in label.text() for label in panel.findChildren(type(panel._duration)))


def test_a_frame_is_found_by_its_own_number(coded: MainWindow, qtbot: QtBot) -> None:
    box = coded.player.frame_box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "25")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert coded.desk.media.index == 15


def test_a_clip_holds_several_expressions(coded: MainWindow, qtbot: QtBot) -> None:
    session, panel = coded.desk.session, coded.annotation_panel
    press(qtbot, coded, Qt.Key.Key_O, Qt.Key.Key_End, Qt.Key.Key_A)
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    assert session.marks == Marks()
    press(qtbot, coded, Qt.Key.Key_O)
    assert len(stored(coded)) == 2
    assert [panel.expressions.itemText(row) for row in range(panel.expressions.count())] == [
        "Expression 1",
        "Expression 2",
    ]
    press(qtbot, coded, Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert len(stored(coded)) == 1


def test_removing_a_clip_can_be_taken_back(coded: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, coded, Qt.Key.Key_O)
    before = stored(coded)
    coded.actions_by_id["remove_clip"].trigger()
    assert stored(coded) == []
    assert coded.clip_list.model.rowCount() == 1
    press(qtbot, coded, Qt.Key.Key_Z, modifier=Qt.KeyboardModifier.ControlModifier)
    assert stored(coded) == before
    assert coded.clip_list.model.rowCount() == 2


def test_the_frame_rate_is_corrected_and_times_follow(coded: MainWindow, qtbot: QtBot) -> None:
    from app.dialogs.clip_properties import ClipProperties

    press(qtbot, coded, Qt.Key.Key_F2)
    dialog = opened(coded, ClipProperties)
    assert coded.desk.media.clip is not None
    for allowed in (dialog.fps.minimum(), dialog.fps.maximum()):
        assert open_clip(coded.desk.media.clip.path, allowed).fps == allowed
    for beyond in (dialog.fps.minimum() / 2, dialog.fps.maximum() * 2):
        with pytest.raises(ClipError, match="is no frame rate"):
            open_clip(coded.desk.media.clip.path, beyond)
    dialog.fps.setValue(200)
    dialog.subject.setText("sub07")
    dialog.accept()
    qtbot.waitUntil(lambda: coded.desk.media.clip is not None and coded.desk.media.clip.fps == 200)
    clip = coded.desk.session.clip
    assert clip is not None
    assert (clip.fps, clip.subject) == (200, "sub07")
    assert coded.desk.media.clip.times[1] == pytest.approx(0.005)


def test_wheel_zooms_at_the_pointer_and_double_click_fits(coded: MainWindow, qtbot: QtBot) -> None:
    view = coded.player.view
    fitting = view.scale
    view.zoom_by(3, QPointF(30, 30))
    assert view.scale == pytest.approx(3 * fitting)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.scale == pytest.approx(fitting)


def test_playing_goes_on_and_loops_between_marks(coded: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, coded, *[Qt.Key.Key_Right] * 4, Qt.Key.Key_O, *[Qt.Key.Key_Right] * 4, Qt.Key.Key_F)
    coded.actions_by_id["loop"].trigger()
    seen: list[int] = []
    coded.desk.media.frame_shown.connect(seen.append)
    coded.player.speed.setCurrentIndex(coded.player.speed.count() - 1)
    press(qtbot, coded, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(b < a for a, b in pairwise(seen)))
    press(qtbot, coded, Qt.Key.Key_Space)
    assert not coded.player.playback.playing
    assert set(seen) <= set(range(4, 9))


def test_no_dialog_button_is_without_a_name(coded: MainWindow) -> None:
    nameless = [button for button in coded.findChildren(QPushButton) if not (button.text() or button.accessibleName())]
    assert not nameless


def test_an_action_unit_that_facs_does_not_have_is_said_and_kept(coded: MainWindow, qtbot: QtBot) -> None:
    panel = coded.annotation_panel
    panel.action_units.setFocus()
    qtbot.keyClicks(panel.action_units, "4+99")
    said = panel._unit_names.text()
    assert said.startswith("Brow lowerer<br>")
    assert "FACS has no action unit 99: check the number." in said
    assert panel._unit_names.isVisible()
    assert [each.action_units for each in stored(coded)] == ["4+99"]
    coded.desk.session.choose_clip(2)
    coded.desk.session.choose_clip(1)
    assert panel.action_units.text() == "4+99"
    assert panel._unit_names.text() == said
    qtbot.keyClick(panel.action_units, Qt.Key.Key_Backspace)
    qtbot.keyClick(panel.action_units, Qt.Key.Key_Backspace)
    qtbot.keyClicks(panel.action_units, "17")
    assert panel._unit_names.text() == "Brow lowerer, Chin raiser"


def test_after_choosing_an_emotion_by_mouse_the_keys_mark_again(coded: MainWindow, qtbot: QtBot) -> None:
    box, session = coded.annotation_panel.emotion, coded.desk.session
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    row = view.model().index(box.findText("happiness"), 0)
    qtbot.mouseMove(view.viewport(), view.visualRect(row).center())
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(row).center())
    qtbot.waitUntil(lambda: session.annotation is not None and session.annotation.emotion == "happiness")
    coded.activateWindow()
    qtbot.waitUntil(coded.isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget() or coded, Qt.Key.Key_A)
    assert session.annotation is not None
    assert session.annotation.emotion == "happiness"
    assert session.marks == Marks(None, coded.desk.media.index)


def test_an_edit_under_a_filter_stays_with_its_clip(coded: MainWindow, qtbot: QtBot) -> None:
    session, clips = coded.desk.session, coded.clip_list
    session.annotate("emotion", "disgust")
    shown = session.clip
    qtbot.keyClicks(clips.filter, "disgust")
    coded.annotation_panel.emotion.setCurrentText("contempt")
    assert session.clip == shown
    assert shown is not None
    assert clips.row_of(shown.id) >= 0
    qtbot.keyClicks(clips.filter, "nothing like it")
    assert session.clip == shown


def test_an_edit_the_disk_refuses_leaves_no_trace(coded: MainWindow, qtbot: QtBot) -> None:
    session, panel = coded.desk.session, coded.annotation_panel
    qtbot.keyClicks(panel.notes, "abc")
    kept = stored(coded)
    project = session.project
    assert project is not None
    with closing(sqlite3.connect(project.folder / FILE_NAME)) as other:
        other.execute("BEGIN EXCLUSIVE")  # as a database browser with unsaved changes does
        qtbot.keyClicks(panel.notes, "d")
        panel.emotion.setCurrentText("fear")
        assert "could not be saved" in coded.notice.text or "cannot be read" in coded.notice.text
        other.rollback()
    assert panel.notes.toPlainText() == "abc"
    assert panel.emotion.currentText() != "fear"
    assert stored(coded) == kept
    qtbot.keyClicks(panel.notes, "e")
    assert [each.notes for each in stored(coded)] == ["abce"]
    assert not coded.notice.text
    session.undo_stack.undo()
    assert stored(coded) == []


def test_undo_in_the_notes_is_the_windows_undo(coded: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, coded, Qt.Key.Key_O)
    notes = coded.annotation_panel.notes
    notes.setFocus()
    qtbot.keyClicks(notes, "oaf")
    assert coded.desk.session.marks == Marks(0)
    qtbot.keyClick(notes, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert notes.toPlainText() == ""
    qtbot.keyClick(notes, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored(coded) == []


def test_flags_on_one_frame_part_in_the_direction_of_the_drag(coded: MainWindow, qtbot: QtBot) -> None:
    timeline, session = coded.player.timeline, coded.desk.session
    press(qtbot, coded, *[Qt.Key.Key_Right] * 20, Qt.Key.Key_O, Qt.Key.Key_A, Qt.Key.Key_F)
    for target, expected in ((30, Marks(20, 20, 30)), (10, Marks(10, 20, 30))):
        start = timeline.handle_centre("onset")
        assert start is not None
        end = QPoint(round(timeline.x_of(target)), round(start.y()))
        qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=start.toPoint())
        qtbot.mouseMove(timeline, end)
        qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=end)
        assert session.marks == expected


def test_a_damaged_frame_costs_that_frame_only(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]
) -> None:
    window.desk.session.create_project(tmp_path / "project", "anna")
    folder = frames("EP01", 12)
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    window.desk.session.close_project()
    (folder / "img15.png").write_bytes(b"no picture")
    window.open_paths([tmp_path / "project"])
    window.desk.session.choose_clip(1)
    qtbot.waitUntil(lambda: "img15.png" in window.notice.text)
    buffer = window.desk.media.buffer
    assert buffer is not None
    assert buffer.loaded == 11
    press(qtbot, window, Qt.Key.Key_End)
    assert window.desk.media.index == 11


def test_with_the_project_goes_all_that_was_said_of_its_clip(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    session, panel = coded.desk.session, coded.annotation_panel
    press(qtbot, coded, Qt.Key.Key_Right, Qt.Key.Key_O)
    qtbot.keyClicks(panel.notes, "a brow")
    coded.notice.tell("12 clips are in coding.json.")
    coded.actions_by_id["close_project"].trigger()
    for project in (None, tmp_path / "other"):  # without a project, then in one without clips
        if project is not None:
            session.create_project(project, "anna")
        assert not panel.isEnabled()
        assert (panel.notes.toPlainText(), panel.expressions.count()) == ("", 0)
        assert [mark.value.text() for mark in panel._marks.values()] == ["not marked"] * 3
        assert coded.player.frame_box.value() == 0
        assert coded.notice.text == ""


def test_the_other_expressions_of_a_clip_are_on_the_timeline_and_chosen_there(coded: MainWindow, qtbot: QtBot) -> None:
    session, timeline, panel = coded.desk.session, coded.player.timeline, coded.annotation_panel
    for name, index in zip(MARK_NAMES, (3, 8, 12), strict=True):
        session.set_mark(name, index)
    qtbot.mouseClick(panel._add, Qt.MouseButton.LeftButton)
    assert session.other_marks == {1: Marks(3, 8, 12)}
    press(qtbot, coded, Qt.Key.Key_End, Qt.Key.Key_O)
    bar = timeline.other_bar(1)
    assert bar is not None
    assert (bar.left(), bar.right()) == pytest.approx((timeline.x_of(3), timeline.x_of(12)))
    with_bar = timeline.grab().toImage()
    told: list[str] = []
    timeline.hinted.connect(told.append)
    there = bar.center().toPoint()
    qtbot.mouseMove(timeline, there)
    assert told[-1] == "Expression 1: a double click chooses it"
    qtbot.mouseDClick(timeline, Qt.MouseButton.LeftButton, pos=there)
    assert (session.expression, session.other_marks) == (1, {2: Marks(39, None, None)})
    assert panel.expressions.currentText() == "Expression 1"
    assert timeline.grab().toImage() != with_bar
    dot = timeline.other_bar(2)
    assert dot is not None
    assert dot.width() == 6
    press(qtbot, coded, Qt.Key.Key_PageDown)
    assert session.other_marks == {}


def test_a_removed_expression_gives_way_to_another_however_often_it_is_removed(coded: MainWindow, qtbot: QtBot) -> None:
    session, panel = coded.desk.session, coded.annotation_panel
    session.set_mark("onset", 3)
    session.choose_expression(2)
    session.set_mark("onset", 20)
    for again in range(3):
        if again:
            session.undo_stack.redo()
        else:
            qtbot.mouseClick(panel._remove, Qt.MouseButton.LeftButton)
        assert (session.expression, session.marks) == (1, Marks(3, None, None))
        assert panel.expressions.count() == 1
        session.undo_stack.undo()
        assert (session.expression, session.marks) == (2, Marks(20, None, None))
    session.undo_stack.undo()  # the making of expression 2: what is marked next shall not go into another
    assert (session.expression, session.marks) == (2, Marks())
