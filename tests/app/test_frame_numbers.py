"""The ruler and the box for frame numbers, where numbers are large or leap: stamps of time."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dialogs.clip_properties import ClipProperties
from app.main_window import MainWindow
from app.theme import DARK
from app.timeline.geometry import Geometry
from app.timeline.ruler import paint_ruler, written
from tests.e2e.hands import opened

STAMP = 1673778930123


def test_a_frame_rate_that_nothing_says_is_asked_for(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]
) -> None:
    """Pictures store none, and whether a movement is micro or macro hangs on it."""
    session = window.desk.session
    session.create_project(tmp_path / "project", "anna")
    first = frames("EP01", 8)
    window.open_paths([first])
    qtbot.waitUntil(lambda: window.notice.text.startswith("The pictures of EP01 say no frame rate: 100 "))
    assert window.notice.button.text() == "Set frame rate…"
    qtbot.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    dialog = opened(window, ClipProperties)
    dialog.fps.setValue(200)
    dialog.accept()
    assert session.clip is not None
    assert session.clip.fps == 200
    assert window.notice.text == ""

    with qtbot.waitSignal(window.desk.opener.opened):
        window.open_paths([first])  # it is there already, with its rate
    assert window.notice.text == ""
    window.open_paths([frames("EP02", 8), frames("EP03", 8)])
    qtbot.waitUntil(lambda: "The pictures of 2 folders say no frame rate" in window.notice.text)
    assert window.notice.text.endswith("so set it in each (F2) if it was another.")


def test_a_folder_numbered_by_stamps_of_time(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "stamps"
    folder.mkdir()
    numbers = [STAMP + 5 * index for index in range(10)]
    for index, number in enumerate(numbers):
        picture = np.full((48, 64, 3), 20 * index, np.uint8)
        (folder / f"{number}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    window.open_paths([folder])
    player, media = window.player, window.desk.media
    qtbot.waitUntil(lambda: media.clip is not None and media.image is not None)
    assert player.timeline._geometry.frames == 10
    assert not player.gap_sign.isVisible()
    box = player.frame_box
    assert box.value() == STAMP
    qtbot.waitUntil(lambda: box.fontMetrics().horizontalAdvance(box.text()) < box.width())
    assert "stamps of time, 5 a frame" in player._position.toolTip()
    window.grab()
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(numbers[4]))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: media.index == 4)
    assert media.image is not None
    assert media.image[0, 0, 0] == 80
    qtbot.keyClick(window, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: media.index == 9)
    assert box.value() == numbers[9]
    assert box.text() == f"frame {numbers[9]}"
    assert "90 ms" in player._position.text()  # nine frames at a folder's 100 a second
    box.setFocus()
    box.selectAll()
    with qtbot.waitSignal(player.problem) as said:
        qtbot.keyClicks(box, str(STAMP + 1))
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert "has no frame" in said.args[0]
    assert box.value() == numbers[9]


@pytest.mark.parametrize(
    ("numbers", "step", "expected"),
    [
        (range(5, 40), 10, [5, 15, 25]),  # the frames 10, 20 and 30
        ([5, 6, 9, 10, 11, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30], 10, [3, 15]),
        ([1, 3, 5, 7], 2, [0, 2]),
        ([STAMP + 5 * index for index in range(30)], 10, [0, 10, 20]),
        ([*range(15), *range(10**12, 10**12 + 15)], 10, [0, 10, 20]),
    ],
)
def test_which_numbers_are_written(numbers: Sequence[int], step: int, expected: list[int]) -> None:
    assert list(written(numbers, 0, len(numbers) - 1, step)) == expected


@pytest.mark.parametrize(
    "numbers", [[*range(150), *range(1_500_000_000, 1_500_000_150)], [number * 100_000 for number in range(300)]]
)
def test_drawing_takes_no_longer_for_larger_numbers(numbers: list[int], qapp: QApplication) -> None:  # noqa: ARG001
    geometry = Geometry()
    geometry.width = 800
    geometry.fit(len(numbers))
    pixmap = QPixmap(800, 60)
    painter = QPainter(pixmap)
    seconds = []
    for drawn in (range(300), numbers, range(300), numbers):
        begun = time.perf_counter()
        paint_ruler(painter, DARK, geometry, drawn)
        seconds.append(time.perf_counter() - begun)
    painter.end()
    assert seconds[3] < 10 * seconds[2] + 0.005
