"""The clip list: who is in a clip is clear, also where data sets call their subjects alike."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from mer_core.project import Change, ClipRecord, Project


@pytest.fixture
def listed(window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window on clips of two data sets that both have a subject 01; their frames are not at hand."""
    people = (("casme2", "01"), ("casme2", "02"), ("samm", "01"), ("samm", "006"))
    clips = [
        ClipRecord(number, f"{dataset}/{subject}/EP{number}", dataset, subject, 200, 9)
        for number, (dataset, subject) in enumerate(people, 1)
    ]
    with Project.create(tmp_path / "project") as project:
        project.apply([Change(None, clip) for clip in clips], "anna", "Import")
    window.open_paths([tmp_path / "project"])
    return window


def subjects(window: MainWindow) -> list[str]:
    """What the list says, top to bottom."""
    model = window.clip_list.table.model()
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def test_a_video_s_ending_leaves_its_room_to_the_name_and_a_folder_keeps_all_of_its_own(
    window: MainWindow, tmp_path: Path
) -> None:
    names = ("EP01_01.mp4", "EP01_02.AVI", "take.7")
    clips = [ClipRecord(number, f"clips/{name}", "own", "01", 200, 9) for number, name in enumerate(names, 1)]
    with Project.create(tmp_path / "videos") as project:
        project.apply([Change(None, clip) for clip in clips], "anna", "Import")
    window.open_paths([tmp_path / "videos"])
    model = window.clip_list.table.model()
    assert [model.index(row, 0).data() for row in range(3)] == ["EP01_01", "EP01_02", "take.7"]


def test_people_of_one_name_are_told_apart_by_data_set_and_only_they(listed: MainWindow, qtbot: QtBot) -> None:
    assert subjects(listed) == ["casme2/01", "02", "006", "samm/01"]
    qtbot.keyClicks(listed.clip_list.filter, "samm/")
    assert subjects(listed) == ["samm/01"]
    listed.clip_list.filter.clear()
    width = listed.clip_list.table.columnWidth(1)
    session = listed.desk.session
    assert session.project is not None
    session.edit_clip(session.project.clip(3), subject="07")
    assert subjects(listed) == ["01", "02", "006", "07"]
    assert listed.clip_list.table.columnWidth(1) < width
    qtbot.keyClick(listed, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert subjects(listed) == ["casme2/01", "02", "006", "samm/01"]


def test_a_filter_lists_what_matches_and_the_clip_shown_as_long_as_it_is_shown(
    listed: MainWindow, qtbot: QtBot
) -> None:
    clips, session = listed.clip_list, listed.desk.session
    count = clips.findChild(QLabel)
    assert count is not None
    assert count.text() == "0 of 4 clips coded"
    session.choose_clip(1)
    qtbot.keyClicks(clips.filter, "samm")
    assert subjects(listed) == ["casme2/01", "samm/01"]
    assert count.text() == "0 of 4 clips coded, 1 match"  # the clip shown does not
    clips.table.selectRow(1)
    qtbot.waitUntil(lambda: subjects(listed) == ["samm/01"])
    assert session.clip is not None
    assert session.clip.dataset == "samm"
    assert clips.table.currentIndex().row() == 0
    assert count.text() == "0 of 4 clips coded, 1 match"
    clips.filter.clear()
    assert count.text() == "0 of 4 clips coded"


def test_names_keep_their_room_and_what_has_none_is_scrolled_to(listed: MainWindow, qtbot: QtBot) -> None:
    table, session = listed.clip_list.table, listed.desk.session
    assert session.project is not None
    bar = table.horizontalScrollBar()
    listed.resize(1280, 800)
    for dataset in ("casme2", "samm"):  # with the data sets' names beside the subjects', and without
        session.edit_clip(session.project.clip(1), dataset=dataset, subject="09", path="far/smile_640x360_30fps")
        qtbot.waitUntil(lambda: table.columnWidth(0) >= 96)
    assert sum(table.columnWidth(column) for column in range(4)) == table.viewport().width() + bar.maximum()
    session.edit_clip(session.project.clip(2), subject="09", dataset="other")
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert table.columnWidth(0) == 96


def test_several_expressions_of_a_clip_are_counted_and_told_in_the_tip(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]
) -> None:
    session, table = window.desk.session, window.clip_list.model
    session.create_project(tmp_path / "project", "anna")
    window.open_paths([frames("EP01", 30)])
    qtbot.waitUntil(lambda: session.clip is not None)
    session.set_mark("onset", 3)
    session.annotate("emotion", "disgust")
    assert table.index(0, 3).data() == "O··"
    assert "Expression" not in table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    session.choose_expression(2)
    session.set_mark("apex", 20)
    assert table.index(0, 3).data() == "O··+1"
    tip = table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines()[2:] == ["Expression 1: O·· disgust", "Expression 2: ·A·"]
