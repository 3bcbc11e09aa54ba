"""Suggested marks in the real window: accepted, corrected, refused, undone, switched off; and the real search."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app import places
from app.main_window import MainWindow
from app.panels.movements import Movements
from app.spotting.spotter import Spotted
from app.timeline.curve import Curve
from mer_core.annotation import Annotation, Marks
from mer_core.annotation.annotation import MARK_NAMES, MarkName
from mer_core.clips import open_clip
from mer_core.project import Change, Decision, Project
from mer_core.project.curves import FOLDER
from mer_core.spotting.suggestion import Suggestion

MICRO = Suggestion(5, 12, 20, 0.9, 0.8, 0.7, 0.8, ("left brow", "chin"), 0.15)
MACRO = Suggestion(24, 30, None, 0.6, 0.5, 0.0, 4.0, ("lips",), 0.8)


@pytest.fixture
def suggested(window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]) -> MainWindow:
    """The window on a clip of 40 frames in which two movements were found; no search of its own."""
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.suggesting.spotter.want(False)
    window.open_paths([frames("EP01", 40)])
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    curve = Curve(range(40), {"whole face": [0.1] * 40, "left brow": [0.2] * 40})
    window.suggesting.spotter._take(Spotted(curve, (MICRO, MACRO)))
    window.player.view.setFocus()
    return window


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(window, key, modifier or Qt.KeyboardModifier.NoModifier)


def on_disk(window: MainWindow) -> tuple[list[Marks], list[Decision]]:
    """What another process would read."""
    project = window.desk.session.project
    assert project is not None
    with Project.open(project.folder) as other:
        return [each.marks for each in other.annotations()], other.decisions()


def ghosts(window: MainWindow) -> dict[MarkName, int]:
    return {name: offer.index for name, offer in window.player.timeline._ghosts.items()}


def states(window: MainWindow) -> list[str]:
    """What the list of movements says of each."""
    (panel,) = window.findChildren(Movements)
    cells = [panel.table.item(row, panel.table.columnCount() - 1) for row in range(panel.table.rowCount())]
    return [cell.text() for cell in cells if cell is not None]


def drag(qtbot: QtBot, window: MainWindow, name: MarkName, to: int) -> None:
    timeline = window.player.timeline
    start = timeline.handle_centre(name)
    assert start is not None
    end = QPoint(round(timeline.x_of(to)), round(start.y()))
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=start.toPoint())
    qtbot.mouseMove(timeline, end + QPoint(3, 0))
    qtbot.mouseMove(timeline, end)
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=end)


def test_enter_accepts_what_is_suggested_as_one_edit(suggested: MainWindow, qtbot: QtBot) -> None:
    assert ghosts(suggested) == {"onset": 5, "apex": 12, "offset": 20}
    assert suggested.desk.session.marks == Marks()
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert ghosts(suggested) == {}
    marks, decisions = on_disk(suggested)
    assert marks == [Marks(5, 12, 20)]
    assert {(each.mark, each.suggested, each.decision, each.frame, each.confidence) for each in decisions} == {
        ("onset", 5, "accepted", 5, 0.8),
        ("apex", 12, "accepted", 12, 0.9),
        ("offset", 20, "accepted", 20, 0.7),
    }
    assert {each.coder for each in decisions} == {"anna"}
    press(qtbot, suggested, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert on_disk(suggested) == ([], [])
    assert ghosts(suggested) == {"onset": 5, "apex": 12, "offset": 20}
    press(qtbot, suggested, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert on_disk(suggested) == (marks, decisions)


def test_a_dragged_ghost_is_corrected_and_the_rest_can_still_be_accepted(suggested: MainWindow, qtbot: QtBot) -> None:
    drag(qtbot, suggested, "apex", 15)
    assert suggested.desk.session.undo_stack.undoText() == "Set apex"
    marks, decisions = on_disk(suggested)
    assert marks == [Marks(None, 15, None)]
    assert [(each.mark, each.suggested, each.decision, each.frame) for each in decisions] == [("apex", 12, "moved", 15)]
    assert ghosts(suggested) == {"onset": 5, "offset": 20}
    press(qtbot, suggested, Qt.Key.Key_Enter)
    assert on_disk(suggested)[0] == [Marks(5, 15, 20)]
    suggested.desk.session.undo_stack.undo()
    suggested.desk.session.undo_stack.undo()
    assert on_disk(suggested) == ([], [])
    assert ghosts(suggested) == {"onset": 5, "apex": 12, "offset": 20}


def test_a_key_over_a_ghost_is_what_the_coder_did_with_it(suggested: MainWindow, qtbot: QtBot) -> None:
    suggested.desk.media.seek(7)
    qtbot.waitUntil(lambda: suggested.desk.media.index == 7)
    press(qtbot, suggested, Qt.Key.Key_O)
    marks, decisions = on_disk(suggested)
    assert marks == [Marks(7)]
    assert [(each.mark, each.suggested, each.decision, each.frame) for each in decisions] == [("onset", 5, "moved", 7)]


def test_a_ghost_out_of_order_with_a_mark_is_not_shown(suggested: MainWindow, qtbot: QtBot) -> None:
    suggested.desk.media.seek(14)
    qtbot.waitUntil(lambda: suggested.desk.media.index == 14)
    press(qtbot, suggested, Qt.Key.Key_O)
    assert ghosts(suggested) == {"offset": 20}


def test_delete_refuses_and_the_next_movement_is_suggested(suggested: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, suggested, Qt.Key.Key_Delete)
    marks, decisions = on_disk(suggested)
    assert marks == []
    assert {(each.mark, each.suggested, each.decision, each.frame) for each in decisions} == {
        ("onset", 5, "refused", None),
        ("apex", 12, "refused", None),
        ("offset", 20, "refused", None),
    }
    assert ghosts(suggested) == {"onset": 24, "apex": 30}
    press(qtbot, suggested, Qt.Key.Key_Delete)
    assert ghosts(suggested) == {}
    assert set(states(suggested)) == {"✕"}
    assert not suggested.actions_by_id["accept_suggestion"].isEnabled()
    press(qtbot, suggested, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, suggested, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert ghosts(suggested) == {"onset": 5, "apex": 12, "offset": 20}
    assert on_disk(suggested) == ([], [])


def test_what_was_cleared_or_refused_is_suggested_again_when_asked(suggested: MainWindow, qtbot: QtBot) -> None:
    again, panel = suggested.actions_by_id["suggest_again"], suggested.annotation_panel
    assert not again.isEnabled()
    assert not panel.suggest_again.isVisible()
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert not again.isEnabled()  # all that was decided on is marked
    for name in MARK_NAMES:
        qtbot.mouseClick(panel._marks[name].clear, Qt.MouseButton.LeftButton)
    assert ghosts(suggested) == {"onset": 24, "apex": 30}
    press(qtbot, suggested, Qt.Key.Key_Delete)
    assert ghosts(suggested) == {}
    decided = on_disk(suggested)[1]
    assert panel.suggest_again.isVisible()
    qtbot.mouseClick(panel.suggest_again, Qt.MouseButton.LeftButton)
    assert ghosts(suggested) == {"onset": 5, "apex": 12, "offset": 20}
    assert on_disk(suggested)[1] == []
    assert not panel.suggest_again.isVisible()
    press(qtbot, suggested, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert sorted(on_disk(suggested)[1], key=str) == sorted(decided, key=str)
    assert ghosts(suggested) == {}
    again.trigger()
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert on_disk(suggested)[0] == [Marks(5, 12, 20)]
    assert not again.isEnabled()


def test_marks_that_stand_are_no_more_suggested_again_than_their_decisions_forgotten(
    suggested: MainWindow, qtbot: QtBot
) -> None:
    press(qtbot, suggested, Qt.Key.Key_Return)
    qtbot.mouseClick(suggested.annotation_panel._marks["offset"].clear, Qt.MouseButton.LeftButton)
    assert ghosts(suggested) == {}
    suggested.actions_by_id["suggest_again"].trigger()
    assert ghosts(suggested) == {"offset": 20}
    assert [each.mark for each in on_disk(suggested)[1]] == ["onset", "apex"]


def test_a_second_expression_is_offered_the_other_movement(suggested: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, suggested, Qt.Key.Key_Return)
    suggested.desk.session.choose_expression(2)
    assert ghosts(suggested) == {"onset": 24, "apex": 30}
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert on_disk(suggested)[0] == [Marks(5, 12, 20), Marks(24, 30)]
    suggested.desk.session.undo_stack.undo()
    assert suggested.desk.session.expression == 2


def test_of_an_hour_s_movements_those_marked_are_told_without_holding_up_the_window(suggested: MainWindow) -> None:
    """2000 movements and 101 other expressions: each was compared with each, at every move of a mark."""
    suggesting, session = suggested.suggesting, suggested.desk.session
    places = ((10 + k % 28, k) for k in range(2000))
    found = tuple(replace(MICRO, onset=at, apex=at + 1, offset=at + 2, confidence=1 - k / 4000) for at, k in places)
    marks = [Marks(k % 7, k % 7 + 3, None) for k in range(100)]
    long = Marks(None, 2, 14)  # begun before others that end earlier
    project, clip = session.project, session.clip
    assert project is not None
    assert clip is not None
    coded = [Annotation(clip.id, 2 + k, "anna", each) for k, each in enumerate([long, *marks])]
    project.apply([Change(None, each) for each in coded], "anna", "Code an hour")
    suggesting.spotter._take(Spotted(Curve((), {}), found))
    spans = [(2, 14), *((k % 7, k % 7 + 3) for k in range(100))]
    done = [any(first <= each.last and last >= each.first for first, last in spans) for each in found]
    assert [suggesting.is_done(each) for each in found] == done
    assert 100 < sum(done) < 1000
    assert suggesting.chosen == next(each for each in found if each.first == 15)
    begun = time.thread_time()
    for frame in (20, 22, 24, 26):
        session.drag_mark("apex", frame)
    assert (time.thread_time() - begun) / 4 < 0.05


def test_enter_in_a_field_is_the_fields(suggested: MainWindow, qtbot: QtBot) -> None:
    box = suggested.player.frame_box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "25")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert suggested.desk.media.wanted == 15
    units = suggested.annotation_panel.action_units
    assert isinstance(units, QLineEdit)
    units.setFocus()
    qtbot.keyClicks(units, "4")
    qtbot.keyClick(units, Qt.Key.Key_Left)
    qtbot.keyClick(units, Qt.Key.Key_Delete)
    assert units.text() == ""
    assert [each for each in on_disk(suggested)[1] if each.mark] == []


def test_movements_are_listed_and_gone_to(suggested: MainWindow, qtbot: QtBot) -> None:
    (panel,) = suggested.findChildren(Movements)
    suggested.docks["movements"].raise_()
    assert [panel.table.item(row, 0).text() for row in range(2)] == ["22", "40"]  # type: ignore[union-attr]
    assert [panel.table.item(row, 1).text() for row in range(2)] == ["micro", "macro"]  # type: ignore[union-attr]
    row = panel.table.visualRect(panel.table.model().index(1, 0))
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert suggested.desk.media.wanted == 30
    assert ghosts(suggested) == {"onset": 24, "apex": 30}
    suggested.player.view.setFocus()
    press(qtbot, suggested, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert suggested.desk.media.wanted == 12
    assert ghosts(suggested)["apex"] == 12
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert panel.table.item(0, 6).text() == "✓"  # type: ignore[union-attr]


def test_suggestions_can_be_switched_off_for_good(suggested: MainWindow, qtbot: QtBot) -> None:
    suggested.actions_by_id["suggest_marks"].trigger()
    assert ghosts(suggested) == {}
    assert suggested.desk.session.offers == {}
    press(qtbot, suggested, Qt.Key.Key_Return)
    assert on_disk(suggested) == ([], [])
    suggested.suggesting.curve_menu.choose("no curve")
    assert not suggested.suggesting.spotter.running
    kept = places.settings()
    assert kept.value("suggest marks", type=bool) is False
    assert kept.value("curve") == "no curve"


def test_a_removed_clip_comes_back_with_its_decisions(suggested: MainWindow) -> None:
    suggested.desk.session.accept_offers()
    before = on_disk(suggested)
    suggested.actions_by_id["remove_clip"].trigger()
    assert on_disk(suggested) == ([], [])
    suggested.desk.session.undo_stack.undo()
    assert on_disk(suggested) == before


def test_an_opened_clip_is_searched_beside_the_window(
    window: MainWindow, qtbot: QtBot, small_sample: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "Sample"
    shutil.copytree(small_sample, folder)
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    spotter = window.suggesting.spotter
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.desk.session.project is not None)
    window.desk.session.choose_clip(2)
    qtbot.waitUntil(lambda: spotter._process is not None)
    window.desk.session.choose_clip(1)  # not coded yet: that of the other is given up
    assert spotter.spotted is None
    qtbot.waitUntil(lambda: spotter.spotted is not None)
    qtbot.waitUntil(lambda: not spotter.running and not spotter._ending)
    assert abs(ghosts(window)["apex"] - rows[0]["apex"]) <= 3
    assert spotter.spotted is not None
    assert max(spotter.spotted.curve.values["whole face"]) > 0.2
    with open_clip(folder / rows[0]["path"]) as clip:  # the other's may have been found just before it was given up
        assert len(list((folder / FOLDER).glob(f"{clip.fingerprint()}-*.npz"))) == 1
    timeline = window.player.timeline
    timeline._hover(None, rows[0]["apex"])
    assert "moved by" in timeline._hint(None, rows[0]["apex"])
