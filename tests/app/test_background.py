"""Work off the GUI thread comes back in the order in which it was asked for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.background import Worker


class _Pool:
    """The first piece of work takes its time; the next has ended by the time one may ask how it goes."""

    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate
        self._first: threading.Thread | None = None

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        if self._first is not None:
            future.set_result(work())
            return future
        self._first = threading.Thread(target=lambda: future.set_result(self._gate.wait() and work()))
        self._first.start()
        return future

    def shutdown(self, **_: bool) -> None:
        assert self._first is not None
        self._first.join()


def test_one_that_ends_at_once_does_not_overtake_the_one_before(qtbot: QtBot, qapp: QApplication) -> None:
    worker, gate = Worker("ordered", QObject(qapp)), threading.Event()
    came: list[str] = []
    worker._pool.shutdown()
    worker._pool = _Pool(gate)  # type: ignore[assignment]
    for name in ("first", "second"):
        worker.submit(name, lambda name=name: name, came.append, came.append)  # type: ignore[misc]
    gate.set()
    qtbot.waitUntil(lambda: len(came) == 2)
    assert came == ["first", "second"]
    worker.stop()
