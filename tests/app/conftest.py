"""A window for tests, closed and checked afterwards."""

from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from tests.app.smiling import make_clips, open_clip


class _PatientBot(QtBot):
    """Waits for what is to come a minute and a half, for the machine may be busy."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=90_000)  # noqa: N815
    waitSignal = partialmethod(QtBot.waitSignal, timeout=90_000)  # noqa: N815


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:  # noqa: ARG001
    """Hands and eyes of a user."""
    return _PatientBot(request)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """The real main window, shown, its plots loaded."""
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.plots.load()
    qtbot.waitUntil(lambda: window.plots.motion is not None)
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.close()
    alive = [
        process for process in window.findChildren(QProcess) if process.state() != QProcess.ProcessState.NotRunning
    ]
    assert not alive, f"child processes left running: {[each.arguments() for each in alive]}"
    window.deleteLater()
    qapp.processEvents()
    open_windows = [each for each in qapp.topLevelWidgets() if each.isVisible()]
    assert not open_windows, f"windows left open: {open_windows}"


@pytest.fixture
def frames(tmp_path: Path) -> Callable[[str, int], Path]:
    """Makes a folder of small numbered frames, the number's brightness in each."""

    def make(name: str, count: int) -> Path:
        folder = tmp_path / "faces" / name
        folder.mkdir(parents=True)
        for number in range(count):
            picture = np.full((48, 64, 3), number * 5 % 256, np.uint8)
            (folder / f"img{number + 10}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
        return folder

    return make


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of `make_clips`."""
    root = tmp_path_factory.mktemp("clips")
    make_clips(root)
    return root


@pytest.fixture
def smiling(window: MainWindow, qtbot: QtBot, clips: Path, tmp_path: Path) -> MainWindow:
    """The window on a smile from the first of five frames to the last, measured."""
    open_clip(window, qtbot, clips / "smile", tmp_path)
    panel = window.plots.motion
    assert panel is not None
    qtbot.waitUntil(lambda: panel.maps() is not None)
    return window
