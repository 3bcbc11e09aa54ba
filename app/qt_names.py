"""PySide6's classes, all made in the GUI thread.

PySide6 makes a class when its name is first asked for, and not safely in two threads at once: names go missing or the
process ends. pyqtgraph asks for all of them as it is imported, which happens in another thread.
"""

import importlib
import time
from collections.abc import Iterator

# All that pyqtgraph imports.
_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtOpenGLWidgets", "QtTest")
_SLICE = 0.005  # seconds


def make_all() -> Iterator[None]:
    """Ask for every name, a few milliseconds at a time; call it in the GUI thread."""
    until = time.perf_counter() + _SLICE
    for name in _MODULES:
        module = importlib.import_module(f"PySide6.{name}")
        for attribute in dir(module):
            # A class within another is listed too, as “Outer.Inner”, and made with it: no such attribute.
            getattr(module, attribute, None)
            if time.perf_counter() > until:
                yield
                until = time.perf_counter() + _SLICE
