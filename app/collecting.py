"""Dead cycles of objects are collected in the GUI thread, between events.

Python collects them in whichever thread happens to allocate. A cycle may hold objects of Qt, and these must not end in
another thread than their own: the process may crash.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY = 500  # milliseconds


def collect_here(parent: QObject) -> None:
    """Collect in this thread alone from now on, as often as Python's own thresholds say, as long as `parent` lives."""
    gc.disable()
    timer = QTimer(parent)
    timer.timeout.connect(_collect)
    timer.start(_EVERY)


def spare_what_is_there() -> None:
    """Never look again at what lives now: modules and the window, whose walk would hold the window up for 80 ms."""
    gc.freeze()


def _collect() -> None:
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
