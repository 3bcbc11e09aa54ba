"""A retraining in a child process: started, followed, stopped, cancelled."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.jobs import CoreProcess


class Trainer(QObject):
    """At most one training at a time. Every start is followed by exactly one of finished, cancelled and failed."""

    started = Signal()
    progressed = Signal(int, int, str)  # the measuring before the first epoch
    epoch = Signal(dict)
    finished = Signal(object, dict)  # run folder, card
    ending = Signal(str)  # it was asked to stop or cancel
    cancelled = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: CoreProcess | None = None
        self._result: dict[str, Any] | None = None
        self._cancelling = False

    @property
    def running(self) -> bool:
        """Whether a training is under way."""
        return self._process is not None

    def start(self, project: Path, options: list[str]) -> None:
        """Train on the project's labels as they are now."""
        if self._process is not None:
            return
        self._result, self._cancelling = None, False
        self._process = CoreProcess(["train", str(project), "--json-lines", *options], self)
        self._process.message.connect(self._take)
        self._process.ended.connect(self._end)
        self.started.emit()

    def stop(self) -> None:
        """End early and keep the model so far."""
        if self._process:
            self._process.send("stop")
            self.ending.emit("Stopping: the model so far is being kept.")

    def cancel(self) -> None:
        """End and delete the run."""
        if self._process:
            self._cancelling = True
            self._process.send("cancel")
            self.ending.emit("Cancelling…")

    def end(self) -> None:
        """Cancel and wait for the child to be gone: the window is closing."""
        process, self._process = self._process, None
        if process:
            process.end(5000)

    def _take(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "progress":
                self.progressed.emit(message["done"], message["total"], message["text"])
            case "epoch":
                self.epoch.emit(message)
            case "finished":
                self._result = message

    def _end(self, code: int, log: str) -> None:
        if self._process is None:
            return
        self._process.deleteLater()
        self._process = None
        if self._result is not None:
            self.finished.emit(Path(self._result["run"]), self._result["card"])
        elif self._cancelling:
            self.cancelled.emit()
        else:
            last = log.splitlines()[-1] if log else f"exit code {code}"
            self.failed.emit(f"The training ended without a model: {last}")
