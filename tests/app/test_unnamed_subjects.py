"""Loose clips: who is in them is said by their folders or by the user, never by a file's name, and never guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.dialogs.clip_properties import ClipProperties
from app.dialogs.retrain import RetrainDialog
from app.main_window import MainWindow
from mer_core.annotation import Marks
from tests.e2e.hands import opened


@pytest.fixture
def loose(window: MainWindow, qtbot: QtBot, frames: Callable[[str, int], Path]) -> MainWindow:
    """The window on three loose clips."""
    window.open_paths([frames(name, 20) for name in ("smile", "frown", "start")])
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    return window


def people(window: MainWindow) -> list[str]:
    model = window.clip_list.table.model()
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def mark(window: MainWindow, clip: int, emotion: str) -> None:
    session = window.desk.session
    session.choose_clip(clip)
    for name, index in (("onset", 2), ("apex", 6), ("offset", 9)):
        session.set_mark(name, index)  # type: ignore[arg-type]
    session.annotate("emotion", emotion)
    assert session.marks == Marks(2, 6, 9)


def name(window: MainWindow, qtbot: QtBot, clip: int, subject: str) -> None:
    """Say who it is, by F2."""
    window.desk.session.choose_clip(clip)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    dialog = opened(window, ClipProperties)
    assert dialog.subject.text() == ""
    qtbot.keyClicks(dialog.subject, subject)
    dialog.accept()
    qtbot.waitUntil(lambda: window.findChild(ClipProperties) is None)


def retraining(window: MainWindow) -> tuple[RetrainDialog, str]:
    """The dialog, and what it says of the labels."""
    window.actions_by_id["retrain"].trigger()
    dialog = opened(window, RetrainDialog)
    return dialog, " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_an_unknown_person_is_neither_a_file_s_name_nor_one_of_all(loose: MainWindow, qtbot: QtBot) -> None:
    assert people(loose) == ["?", "?", "?"]
    for clip, emotion in enumerate(("happiness", "disgust", "surprise"), 1):
        mark(loose, clip, emotion)
    dialog, said = retraining(loose)
    assert not dialog.train_button.isEnabled()
    assert "name the subject of 3 marked expressions (F2)" in said
    dialog.reject()
    qtbot.waitUntil(lambda: loose.findChild(RetrainDialog) is None)
    name(loose, qtbot, 1, "ada")
    name(loose, qtbot, 2, "bob")
    assert sorted(people(loose)) == ["?", "ada", "bob"]
    dialog, said = retraining(loose)
    assert dialog.train_button.isEnabled()
    assert "2 labelled expressions of 2 subjects" in said
    assert "1 × its subject is not named" in said
    dialog.reject()


def test_folders_named_like_a_subject_say_who_it_is(
    window: MainWindow, qtbot: QtBot, frames: Callable[[str, int], Path]
) -> None:
    window.open_paths([frames("CASME2/sub01/EP01", 9), frames("SAMM/sub01/EP01", 9), frames("SAMM/006/EP01", 9)])
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    project = window.desk.session.project
    assert project is not None
    assert [(clip.dataset, clip.subject) for clip in project.clips()] == [
        ("CASME2", "sub01"),
        ("SAMM", "006"),
        ("SAMM", "sub01"),
    ]
    assert people(window) == ["CASME2/sub01", "006", "SAMM/sub01"]
