"""Work of mer_core in a child process, with a dialog that says how far it is and how to give it up."""

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from app.jobs import CoreProcess


class ChildJob(QObject):
    """One command. Exactly one of done, failed and cancelled is emitted, and then `ended`."""

    done = Signal(dict)  # the command's last message
    failed = Signal(str)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, title: str, arguments: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._result: dict[str, Any] | None = None
        self._cancelling = self._over = False
        self.dialog = QProgressDialog(f"{title}…", "Cancel", 0, 0, parent)
        self.dialog.setWindowTitle(title)
        self.dialog.setWindowModality(Qt.WindowModality.NonModal)  # coding goes on meanwhile
        self.dialog.setMinimumDuration(0)
        self.dialog.setAutoClose(False)
        self.dialog.setAutoReset(False)
        self.dialog.setMinimumWidth(460)
        self.dialog.canceled.connect(self.cancel)
        self.dialog.show()
        self._process = CoreProcess([*arguments, "--json-lines"], self)
        self._process.message.connect(self._take)
        self._process.ended.connect(self._finish)

    def cancel(self) -> None:
        """Ask the child to stop; it takes back what is half done."""
        self._cancelling = True
        self.dialog.setLabelText("Cancelling…")
        self.dialog.show()  # the dialog hides itself when its button is pressed
        self._process.send("cancel")

    def end(self) -> None:
        """Cancel and wait until the child is gone: the window is closing."""
        self._cancelling = True
        self._process.end(5000)
        self._finish(-1, "")

    def _take(self, message: dict[str, Any]) -> None:
        if message["event"] == "finished":
            self._result = message
        elif not self._cancelling:
            self.dialog.setMaximum(int(message["total"]))
            self.dialog.setValue(int(message["done"]))
            self.dialog.setLabelText(str(message["text"]))

    def _finish(self, code: int, log: str) -> None:
        if self._over:
            return
        self._over = True
        self.dialog.canceled.disconnect(self.cancel)
        self.dialog.close()
        self.dialog.deleteLater()
        if self._result is not None:
            self.done.emit(self._result)
        elif self._cancelling:
            self.cancelled.emit()
        else:
            self.failed.emit(log.splitlines()[-1] if log else f"The work ended unexpectedly (exit code {code}).")
        self.ended.emit()
        self.deleteLater()
