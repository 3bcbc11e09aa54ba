"""Dead cycles end in the GUI thread, whichever thread allocates."""

import threading

from pytestqt.qtbot import QtBot

from app.background import Worker
from app.main_window import MainWindow


class _Knot:
    """Refers to itself, so that only the collector ends it; notes in which thread it did."""

    def __init__(self, ends: list[str]) -> None:
        self.itself = self
        self.ends = ends

    def __del__(self) -> None:
        self.ends.append(threading.current_thread().name)


def test_a_dead_cycle_ends_in_the_gui_thread_though_another_allocates(window: MainWindow, qtbot: QtBot) -> None:
    ends: list[str] = []
    worker = Worker("allocating", window)
    for _ in range(2000):
        _Knot(ends)

    def allocate() -> int:
        return len([[number] for number in range(100_000)])

    for _ in range(3):
        with qtbot.waitSignal(worker._finished):
            worker.submit("lists", allocate, lambda _: None, lambda _: None)
    qtbot.waitUntil(lambda: len(ends) == 2000)
    assert set(ends) == {threading.main_thread().name}
    worker.stop()
