"""The plotting library comes in another thread, and Qt's classes are made in one."""

import subprocess
import sys

# Threads change over a thousand times as often as usual, and the GUI thread asks for classes all the while.
_CROWDED = """
import os, sys, threading
threading.excepthook = lambda hook: (sys.__excepthook__(*hook[:3]), os._exit(3))
sys.setswitchinterval(1e-5)
from PySide6 import QtCore, QtGui, QtWidgets
application = QtWidgets.QApplication([])
from app.panels.plots import Plots
plots = Plots()
names = iter([(module, name) for module in (QtWidgets, QtGui, QtCore) for name in reversed(dir(module))])
timer = QtCore.QTimer()
timer.timeout.connect(lambda: [getattr(*each, None) for each in (next(names, None),) if each])
timer.start(0)
plots.loaded.connect(application.quit)
plots.load()
application.exec()
plots.stop()
print(type(plots.motion).__name__, type(plots.training).__name__)
"""


def test_the_panels_come_while_the_window_makes_classes_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", _CROWDED], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["MotionPanel", "TrainingPanel"]
