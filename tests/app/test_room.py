"""The window fits its screen; motion gets its share of a large window, and of one that shows many views."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.first_size import first_geometry
from app.main_window import MainWindow


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        (QRect(0, 0, 1280, 800), (1278, 760)),  # with its frame it is the screen's
        (QRect(0, 27, 1366, 741), (1280, 701)),
        (QRect(0, 0, 1920, 1040), (1632, 884)),
        (QRect(1920, 0, 3840, 2120), (3264, 1802)),
    ],
)
def test_the_first_window_fits_with_its_frame(screen: QRect, size: tuple[int, int]) -> None:
    window = first_geometry(screen)
    assert (window.width(), window.height()) == size
    assert screen.contains(window.adjusted(-1, -40, 1, 0))


def height(window: MainWindow) -> int:
    return window.docks["motion"].height()


def show_views(window: MainWindow, count: int) -> None:
    motion = window.plots.motion
    assert motion is not None
    for number, action in enumerate(motion.view_actions.values()):
        action.setChecked(number < count)


def test_motion_follows_a_larger_window_and_more_views(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: 230 <= height(window) <= 270)
    show_views(window, 6)
    qtbot.waitUntil(lambda: 330 <= height(window) <= 370)
    window.resize(3840, 2100)  # wide enough for six in a row
    qtbot.waitUntil(lambda: 660 <= height(window) <= 700)
    qtbot.wait(250)  # a smaller window squeezes it, which is not the user's hand
    show_views(window, 3)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: 230 <= height(window) <= 270)


def test_a_height_set_by_hand_is_kept_until_docks_are_as_at_first(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: 230 <= height(window) <= 270)
    qtbot.wait(250)
    dock, before = window.docks["motion"], height(window)
    edge = dock.mapTo(window, QPoint(dock.width() // 2, -1))
    qtbot.mousePress(window, Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseMove(window, edge - QPoint(0, 60))
    qtbot.waitUntil(lambda: height(window) > before + 40)
    qtbot.mouseRelease(window, Qt.MouseButton.LeftButton, pos=edge - QPoint(0, 60))
    by_hand = height(window)
    show_views(window, 6)
    qtbot.wait(400)
    assert height(window) == by_hand
    next(each for each in window.actions_by_id.menus["View"].actions() if each.text() == "Docks as at first").trigger()
    qtbot.waitUntil(lambda: 330 <= height(window) <= 370)


def test_the_next_window_goes_on_following(window: MainWindow, qtbot: QtBot, qapp: QApplication) -> None:
    qtbot.waitUntil(lambda: 230 <= height(window) <= 270)
    qtbot.wait(250)
    window.close()
    again = MainWindow()
    again.resize(1280, 800)  # larger than the screen of tests, in which it would be fitted
    again.show()
    again.plots.load()
    qtbot.waitUntil(lambda: again.plots.motion is not None)
    qtbot.wait(250)
    again.resize(3840, 2100)
    qtbot.waitUntil(lambda: 660 <= height(again) <= 700)
    again.close()
    again.deleteLater()
    qapp.processEvents()
