"""The model, in a child process: torch never enters the window's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.jobs import CoreProcess

if TYPE_CHECKING:
    from mer_core.analysis import Measurement


class Recogniser(QObject):
    """Asks ``mer_core serve``, started when first needed. One question at a time; the newest of those waiting wins."""

    answered = Signal(object, object)  # Prediction, and what it was asked about
    model_loaded = Signal(dict)  # its card
    failed = Signal(str)
    starting = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: CoreProcess | None = None
        self.model: Path | None = None
        self._loaded: Path | None = None
        self._waiting: Measurement | None = None
        self._asked_about: Measurement | None = None  # None: the question under way is to load the model
        self._asked = 0  # id of the question under way; 0: none
        self._count = 0

    def use(self, model: Path | None) -> None:
        """Answer by this model folder from now on."""
        self.model = model

    def ask(self, measurement: Measurement) -> None:
        """Recognise what was measured; `answered` or `failed` follows."""
        self._waiting = measurement
        self._go_on()

    def forget(self) -> None:
        """Take no notice of what was asked so far."""
        self._waiting = None
        self._asked = -abs(self._asked)

    def stop(self) -> None:
        """End the child."""
        self.forget()  # a reply read while it ends must not start another for what waits
        process, self._process = self._process, None
        if process:
            process.end()

    def _go_on(self) -> None:
        if self._asked or self._waiting is None or self.model is None:
            return
        if self._process is None:
            self.starting.emit()
            self._process = CoreProcess(["serve"], self)
            self._process.message.connect(self._take)
            self._process.ended.connect(self._end)
            self._loaded = None
        from mer_core.serving import load_request, predict_request

        self._count += 1
        if self._loaded != self.model:
            self._loaded = self.model
            self._asked, self._asked_about = self._count, None
            self._process.send(load_request(self._count, self.model))
        else:
            measurement, self._waiting = self._waiting, None
            self._asked, self._asked_about = self._count, measurement
            self._process.send(predict_request(self._count, measurement.cube, measurement.apex, measurement.onset))

    def _take(self, message: dict[str, Any]) -> None:
        from mer_core.serving import to_prediction

        wanted, self._asked = self._asked > 0, 0
        if not message["ok"]:
            self._waiting = None
            if self._asked_about is None:
                self._loaded = None  # the child still holds the model before: it must not answer for this one
            if wanted:
                self.failed.emit(str(message["message"]))
        elif "card" in message:
            self.model_loaded.emit(message["card"])
        elif wanted:
            self.answered.emit(to_prediction(message), self._asked_about)
        self._go_on()

    def _end(self, code: int, log: str) -> None:
        """The child died: say so; the next question starts another."""
        if self._process is None:
            return
        self._process.deleteLater()
        self._process, self._asked, self._waiting = None, 0, None
        last = log.splitlines()[-1] if log else f"exit code {code}"
        self.failed.emit(f"The recogniser stopped ({last}): move a mark to start it again.")
