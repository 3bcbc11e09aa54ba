"""Which clips the model that answers has learnt from: of those its answer is no second opinion."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.background import Worker
from app.desk import Desk
from mer_core.models.held_out_answers import HeldOutAnswers, held_out_answers


class LearntClips(QObject):
    """Follows the model, and reads its list off the GUI thread: it may be of many thousand clips."""

    told = Signal(str)  # what is to be said of the clip shown; nothing where it is new to the model

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._session = desk.session
        self._worker = Worker("learnt clips", self)
        self._answers: HeldOutAnswers = {}
        desk.model_changed.connect(self._read)
        desk.session.clip_changed.connect(self._tell)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _read(self, model: Path | None, card: dict[str, Any]) -> None:
        self._take({})
        self._worker.forget()
        if model is not None:
            classes = card.get("classes", [])
            self._worker.submit("read", lambda: held_out_answers(model, classes), self._take, lambda _: None)

    def _take(self, answers: HeldOutAnswers) -> None:
        self._answers = answers
        self._tell()

    def _tell(self) -> None:
        clip = self._session.clip
        text = ""
        answer = None
        if clip is not None:
            answer = self._answers.get(clip.path) or self._answers.get((clip.dataset, clip.subject, clip.name))
        if answer is not None:
            name, probability = answer
            text = (
                "This model has learnt from this clip and its label. "
                f"Without its subject it said {name}, {probability:.0%}."
            )
        self.told.emit(text)
