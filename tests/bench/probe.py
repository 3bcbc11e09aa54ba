"""One measurement in a process of its own: ``start TOOL`` prints when it was painted, ``step TOOL`` a time a step."""

import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class Painted(QObject):
    """Tells when a widget has been painted and the paint has gone to the display."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._then = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._then)  # after this round of painting and its flush
        return super().eventFilter(watched, event)


def start_studio() -> None:
    """The real start of the real window."""
    from app.launch import make_application, open_window

    application = make_application()
    window = open_window([], demo=False)
    _tell_when_painted(window.welcome, application)


def start_imageview() -> None:
    """pyqtgraph's bare ImageView on one picture."""
    import pyqtgraph as pg

    application = QApplication([])
    view = pg.ImageView()
    view.setImage(np.zeros((480, 640), np.uint8))
    view.resize(1280, 800)
    view.show()
    _tell_when_painted(view.ui.graphicsView.viewport(), application)


def _tell_when_painted(widget: QWidget, application: QApplication) -> None:
    told: list[float] = []

    def tell() -> None:
        if not told:
            told.append(time.time())
            print(told[0], flush=True)
            for window in application.topLevelWidgets():
                window.close()

    Painted(widget, tell)
    application.exec()


def _frames() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (400, 480, 640, 3), dtype=np.uint8)


def step_studio() -> None:
    """The real window, a clip of 400 frames wholly in memory, the key Right pressed."""
    import tempfile
    from pathlib import Path

    import cv2
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.launch import make_application, open_window
    from tests.e2e.hands import wait_until

    with tempfile.TemporaryDirectory() as folder:
        for number, frame in enumerate(_frames()):
            (Path(folder) / f"img{number}.bmp").write_bytes(cv2.imencode(".bmp", frame)[1].tobytes())
        make_application()
        window = open_window([Path(folder)], demo=False)
        media = window.desk.media
        wait_until(lambda: media.buffer is not None and media.buffer.loaded == 400, "all frames are in memory", 120)
        wait_until(lambda: bool(window.desk.live.no_face), "the face was looked for")
        window.viewing.faces.choose_whole_frame()
        wait_until(lambda: window.desk.live.alignment is not None, "the whole frame is measured")
        wait_until(lambda: window.plots.motion is not None, "the plots are loaded")
        window.desk.session.set_mark("onset", 0)
        window.activateWindow()
        wait_until(window.isActiveWindow, "the window has the keyboard")
        _time_steps(window.player.view, lambda _: QTest.keyClick(window.player.view, Qt.Key.Key_Right))
        window.close()


def step_imageview() -> None:
    """pyqtgraph's ImageView on the same frames."""
    import pyqtgraph as pg

    from tests.e2e.hands import wait

    QApplication([])
    view = pg.ImageView()
    view.setImage(_frames(), axes={"t": 0, "y": 1, "x": 2, "c": 3}, levels=(0, 255))
    view.resize(1280, 800)
    view.show()
    wait(500)
    _time_steps(view.ui.graphicsView.viewport(), view.setCurrentIndex)


def _time_steps(widget: QWidget, step: Callable[[int], object]) -> None:
    painted: list[float] = []
    Painted(widget, lambda: painted.append(time.perf_counter()))
    for index in range(1, 400):
        painted.clear()
        begun = time.perf_counter()
        step(index)
        while not painted:
            QApplication.processEvents()
        print(1000 * (painted[0] - begun))


if __name__ == "__main__":
    PROBES = {
        ("start", "studio"): start_studio,
        ("start", "imageview"): start_imageview,
        ("step", "studio"): step_studio,
        ("step", "imageview"): step_imageview,
    }
    PROBES[(sys.argv[1], sys.argv[2])]()
