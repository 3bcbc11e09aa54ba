"""Eyes and hands for driving the real window: keys, mouse, waiting, pictures, and a pulse that shows if it froze."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_LEFT = Qt.MouseButton.LeftButton
_Kind = TypeVar("_Kind", bound=QWidget)


def wait(milliseconds: int) -> None:
    """Let the window live for a while. (QTest.qWait would hold Python's lock and starve the window's threads.)"""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Let the window live until something holds; AssertionError if it does not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain until {what}"
        wait(20)


def opened(window: QWidget, kind: type[_Kind]) -> _Kind:
    """The dialog of that kind over a window, once it is open."""
    wait_until(lambda: window.findChild(kind) is not None, f"{kind.__name__} is open")
    dialog = window.findChild(kind)
    assert dialog is not None
    return dialog


def press(window: QWidget, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys where the focus is."""
    if QApplication.activeWindow() is None:  # off screen no window manager gives the keyboard back after a dialog
        window.activateWindow()
        wait_until(window.isActiveWindow, "the window has the keyboard")
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or window, key, modifier)
        wait(5)


def type_into(widget: QWidget, text: str) -> None:
    """Click a field and type."""
    click(widget)
    QTest.keyClicks(widget, text)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Click a widget, in its middle unless said where."""
    QTest.mouseClick(widget, _LEFT, pos=at or widget.rect().center())
    wait(5)


def drag(widget: QWidget, path: list[QPoint], between: Callable[[], None] = lambda: None) -> None:
    """Press at the first point, move along, release at the last; `between` is called before the release."""
    QTest.mousePress(widget, _LEFT, pos=path[0])
    for point in path[1:]:
        QTest.mouseMove(widget, point)
        wait(15)
    between()
    QTest.mouseRelease(widget, _LEFT, pos=path[-1])
    wait(5)


class Pulse(QObject):
    """Beats every 5 ms in the GUI thread; its longest pause is how long the window was frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self.begun = self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin."""
        self.pauses.clear()
        self.begun = self._last = time.perf_counter()
        self._timer.start(5)

    def stop(self) -> float:
        """End; the longest pause in milliseconds."""
        self._timer.stop()
        return 1000 * max(self.pauses, default=0.0)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.pauses.append(now - self._last)
        self._last = now


class Camera:
    """Numbered pictures of a window, and of the dialog over it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9]-*.png"):
            old.unlink()
        self.folder = folder
        self.taken: list[Path] = []

    def take(self, widget: QWidget, name: str) -> None:
        """One picture."""
        wait(80)
        path = self.folder / f"{len(self.taken) + 1:02}-{name}.png"
        assert widget.grab().save(str(path)), f"{path} could not be written"
        self.taken.append(path)
        print(f"  {path.name}", flush=True)
