"""The tour, as a test."""

from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from tests.e2e.tour import Tour


def test_the_whole_path(qapp: QApplication, tmp_path: Path) -> None:
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    window.plots.load()
    try:
        Tour(window, tmp_path / "tour").run()
    finally:
        window.close()
    left = [each for each in window.findChildren(QProcess) if each.state() != QProcess.ProcessState.NotRunning]
    assert not left
    window.deleteLater()
    qapp.processEvents()
