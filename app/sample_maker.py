"""Makes the sample project in a child process, with a progress bar and a way to cancel."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from app.jobs import CoreProcess


class SampleMaker(QObject):
    """One making; `made`, `failed`, or neither if the user cancelled."""

    made = Signal(object)  # the project's folder
    failed = Signal(str)
    ended = Signal()  # after either, or the user's cancelling

    def __init__(self, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self.done = 0  # clips made
        self.dialog = QProgressDialog("Making the sample project…", "Cancel", 0, 0, parent)
        self.dialog.setWindowTitle("Sample project")
        self.dialog.setWindowModality(Qt.WindowModality.NonModal)  # modal, it would run events of its own
        self.dialog.setMinimumDuration(0)
        self.dialog.setAutoClose(False)
        self.dialog.setAutoReset(False)
        self.dialog.setMinimumWidth(420)
        self.dialog.canceled.connect(self.end)
        self.dialog.show()
        self._process = CoreProcess(["sample", str(folder), "--json-lines"], self)
        self._process.message.connect(self._show)
        self._process.ended.connect(self._finish)
        self._ended = False

    def end(self) -> None:
        """Give up; what was begun is removed by the child."""
        self._ended = True
        self._process.end()
        self._close()

    def _close(self) -> None:
        self.dialog.canceled.disconnect(self.end)
        self.dialog.close()
        self.dialog.deleteLater()
        self.ended.emit()
        self.deleteLater()

    def _show(self, message: dict[str, Any]) -> None:
        self.done = int(message["done"])
        self.dialog.setMaximum(int(message["total"]))
        self.dialog.setValue(int(message["done"]))
        self.dialog.setLabelText(f"Making the sample project: {self.done} of {message['total']} clips")

    def _finish(self, code: int, log: str) -> None:
        if self._ended:
            return
        self._ended = True
        self._close()
        if code == 0:
            self.made.emit(self._folder)
        else:
            last = log.splitlines()[-1] if log else f"exit code {code}"
            self.failed.emit(f"The sample project could not be made: {last}")
