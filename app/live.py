"""What is measured and recognised while the user looks and marks: always of the newest state, never in its way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from app.background import Worker
from app.media import Media
from app.recogniser import Recogniser
from app.session import Session

if TYPE_CHECKING:  # what computes is imported in the working thread: the window opens without it
    from mer_core.analysis import Measurement
    from mer_core.faces import Alignment

Span = Literal["onset → current", "onset → apex"]
_KEPT = 64  # measurements of the open clip held for going back and forth; each about 700 kB


class Live(QObject):
    """Aligns the open clip once, measures the fields shown, and asks the model about onset → apex."""

    aligned = Signal()
    field_measured = Signal(object, int, int)  # Measurement or None, from index, to index
    recognised = Signal(object, object)  # Prediction or None, Measurement or None
    explained = Signal(str)  # why there is no answer
    failed = Signal(str)

    def __init__(self, session: Session, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._media = session, media
        self._worker = Worker("measure", self)
        self.recogniser = Recogniser(self)
        self.alignment: Alignment | None = None
        self.span: Span = "onset → apex"
        self._kept: OrderedDict[tuple[int, int], Measurement] = OrderedDict()
        self._card: dict[str, Any] = {}
        media.opened.connect(self._align)
        media.closed.connect(self._let_go)
        media.frame_shown.connect(lambda _: self._measure_field() if self.span == "onset → current" else None)
        session.marks_changed.connect(self.refresh)
        self.recogniser.answered.connect(self.recognised)
        self.recogniser.failed.connect(self._tell_failure)
        media.open_failed.connect(lambda _: self._explain("The clip cannot be read."))

    def use_model(self, folder: Path | None, card: dict[str, Any]) -> None:
        """Answer by another model, at once; what is measured, is measured as that model learned it."""
        if card.get("features") != self._card.get("features"):
            self._kept.clear()
        self._card = card
        self.recogniser.forget()
        self.recognised.emit(None, None)
        self.recogniser.use(folder)
        self.refresh()

    def show_span(self, span: Span) -> None:
        """Which two frames the fields are measured between."""
        self.span = span
        self._measure_field()

    def refresh(self) -> None:
        """Measure and recognise what the marks now say."""
        self._measure_field()
        self._recognise()

    def why_no_field(self) -> str:
        """What is missing for a field to be shown."""
        marks = self._session.marks
        if self._session.clip is None:
            return "Choose a clip to see what moves in it."
        if self.alignment is None:
            return "Looking for the face…" if self._media.clip else ""
        if marks.onset is None:
            return "Mark the onset: motion is measured from it."
        if self.span == "onset → current":
            return "The onset is shown: go on from it to see what moves."
        if marks.apex is None:
            return "Mark the apex, or look at onset → current."
        beyond = max(marks.onset, marks.apex) >= self._media.frames
        return "A mark lies beyond the clip's end." if beyond else "Onset and apex are one frame."

    def stop(self) -> None:
        """End the thread and the child."""
        self._worker.stop()
        self.recogniser.stop()

    def _let_go(self) -> None:
        self._worker.forget()
        self.recogniser.forget()
        self._kept.clear()
        self.alignment = None
        self.aligned.emit()
        self.field_measured.emit(None, 0, 0)
        self.recognised.emit(None, None)

    def _align(self) -> None:
        clip = self._media.clip
        if clip is None:
            return

        def work() -> Alignment:
            from mer_core.faces import align_clip

            return align_clip(clip)

        self._worker.submit("align", work, self._take_alignment, self.failed.emit)

    def _take_alignment(self, alignment: Alignment) -> None:
        self.alignment = alignment
        self.aligned.emit()
        self.refresh()

    def _measure_field(self) -> None:
        marks = self._session.marks
        target = self._media.index if self.span == "onset → current" else marks.apex
        if marks.onset is None or target is None or target == marks.onset or not self._measurable(marks.onset, target):
            self.field_measured.emit(None, 0, 0)
            return
        onset = marks.onset
        self._measure("field", onset, target, lambda found: self.field_measured.emit(found, onset, target))

    def _recognise(self) -> None:
        marks = self._session.marks
        if self._session.clip is None:
            self._explain("Choose a clip to have its expression recognised.")
        elif self._media.clip is None:
            self._explain("Reading the clip…")
        elif marks.onset is None or marks.apex is None:
            missing = (
                "onset and apex"
                if marks.onset is None and marks.apex is None
                else ("the onset" if marks.onset is None else "the apex")
            )
            self._explain(f"Mark {missing} to have the expression recognised.")
        elif not marks.measurable:
            self._explain("Onset and apex are the same frame: there is no motion to recognise.")
        elif self.recogniser.model is None:
            self._explain("There is no model yet: train one on your labels with Model › Retrain.")
        elif self.alignment is None:
            self._explain("Looking for the face…")
        elif not self._measurable(marks.onset, marks.apex):
            self._explain("A mark lies beyond the clip's end: move it to have the expression recognised.")
        else:
            self._measure("recognise", marks.onset, marks.apex, self._ask)

    def _explain(self, why: str) -> None:
        self.recogniser.forget()
        self.recognised.emit(None, None)
        self.explained.emit(why)

    def _tell_failure(self, sentence: str) -> None:
        self._explain("The model gives no answer.")
        self.failed.emit(sentence)

    def _ask(self, measurement: Measurement) -> None:
        self.recogniser.ask(measurement)

    def _measurable(self, onset: int, target: int) -> bool:
        """Marks of another, longer recording may lie outside the clip."""
        return self.alignment is not None and max(onset, target) < self._media.frames

    def _measure(self, purpose: str, onset: int, target: int, then: Callable[[Measurement], None]) -> None:
        buffer, alignment, key = self._media.buffer, self.alignment, (onset, target)
        if buffer is None or alignment is None:
            return
        if key in self._kept:
            self._kept.move_to_end(key)
            then(self._kept[key])
            return

        card = self._card

        def keep(found: Measurement) -> None:
            if card is not self._card:
                return  # measured as another model learned it; what is needed now has been asked for since
            self._kept[key] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            then(found)

        def work() -> Measurement:
            from mer_core.analysis import measure_clip, settings_for

            return self._kept.get(key) or measure_clip(buffer.frame, alignment, onset, target, settings_for(card))

        self._worker.submit(purpose, work, keep, self.failed.emit)
