"""A project opens where it was left: at the clip and the frame shown last, in windows one after another."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.launch import open_window
from app.main_window import MainWindow
from mer_core.project import FILE_NAME, Project


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication) -> Callable[[], object]:
    """Starts the window as the command does, without saying what to open, and closes it again."""

    @contextmanager
    def started(*paths: Path) -> Iterator[MainWindow]:
        window = open_window(list(paths), demo=False)
        qtbot.waitUntil(lambda: window.desk.session.project is not None)
        yield window
        window.close()
        window.deleteLater()
        qapp.processEvents()

    return started


@pytest.fixture
def left(start: Callable, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]) -> Path:
    """A project left at the second clip's frame of index 7."""
    folder = tmp_path / "project"
    Project.create(folder).close()
    clips = [frames("EP01", 20), frames("EP02", 20)]
    with start(folder) as window:
        window.open_paths(clips)
        shown(window, qtbot, "EP01", 0)
        qtbot.keyClick(window, Qt.Key.Key_PageDown)
        shown(window, qtbot, "EP02", 0)
        for _ in range(7):
            qtbot.keyClick(window, Qt.Key.Key_Right)
        shown(window, qtbot, "EP02", 7)
    return folder


def shown(window: MainWindow, qtbot: QtBot, name: str, index: int) -> None:
    media, session = window.desk.media, window.desk.session
    qtbot.waitUntil(lambda: session.clip is not None and session.clip.name == name and media.clip is not None)
    qtbot.waitUntil(lambda: media.index == index)


def test_the_next_start_shows_the_clip_and_the_frame_of_last_time(left: Path, start: Callable, qtbot: QtBot) -> None:
    before = (left / FILE_NAME).read_bytes()
    with start() as window:
        shown(window, qtbot, "EP02", 7)
        assert window.clip_list.table.currentIndex().row() == 1
        window.desk.session.close_project()
        window.desk.opener.open_project(left)  # and so does opening it again in the same window
        shown(window, qtbot, "EP02", 7)
    assert (left / FILE_NAME).read_bytes() == before  # it is the user's, not the project's


@pytest.mark.parametrize("gone", ["from the project", "from the disk"])
def test_where_that_clip_is_gone_the_first_is_shown(left: Path, start: Callable, qtbot: QtBot, gone: str) -> None:
    if gone == "from the project":
        with start() as window:
            shown(window, qtbot, "EP02", 7)
            window.actions_by_id["remove_clip"].trigger()
    else:
        shutil.rmtree(left.parent / "faces" / "EP02")
    with start() as window:
        shown(window, qtbot, "EP01", 0)
        assert window.notice.text == ""


def test_a_clip_named_at_the_start_is_shown_whatever_was_last(left: Path, start: Callable, qtbot: QtBot) -> None:
    with start(left, left.parent / "faces" / "EP01") as window:
        shown(window, qtbot, "EP01", 0)
