"""What is measured and recognised while the user looks and marks: always of the newest state, never in its way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from app.background import Worker
from app.media import Media
from app.recogniser import Recogniser
from app.session import Session
from mer_core.errors import MerError

if TYPE_CHECKING:  # what computes is imported in the working thread: the window opens without it
    from mer_core.analysis import Measurement
    from mer_core.faces import Alignment
    from mer_core.flow import FlowSettings

Span = Literal["onset → current", "onset → apex"]
_Purpose = Literal["field", "recognise"]
_KEPT = 64  # measurements of the open clip held for going back and forth; each about 700 kB


class Live(QObject):
    """Aligns the open clip once, measures the fields shown, and asks the model about onset → apex.

    The fields may be measured otherwise than the model learned them: `flow` holds what the user wants to be different.
    """

    aligned = Signal()  # or found to show no face
    field_measured = Signal(object, int, int)  # Measurement or None, from index, to index
    recognised = Signal(object, object)  # Prediction or None, Measurement or None
    explained = Signal(str)  # why there is no answer
    failed = Signal(str)

    def __init__(self, session: Session, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._media = session, media
        self._worker = Worker("measure", self)
        self._other_flow = Worker("other flow", self)  # a slow method must not hold up the model's answer
        self.recogniser = Recogniser(self)
        self.alignment: Alignment | None = None
        self.no_face = ""  # a sentence, where the clip shows none or cannot be looked through
        self._unmeasured = ""  # a sentence, where the field that was to be shown could not be measured
        self.span: Span = "onset → apex"
        self.flow: dict[str, Any] = {}
        self._face: tuple[int, str] | None = None  # the clip, and which of its faces is looked at
        self._kept: OrderedDict[tuple[int, int, FlowSettings], Measurement] = OrderedDict()
        self._requests = 0  # counted, so that of two results the one asked for later is shown, whichever comes first
        self._given: dict[_Purpose, int] = {"field": 0, "recognise": 0}  # the newest request answered
        self.card: dict[str, Any] = {}
        """That of the model which answers; empty where there is none."""
        media.opened.connect(self._align)
        session.clip_changed.connect(self._follow_choice)
        media.closed.connect(self._let_go)
        media.frame_shown.connect(lambda _: self._measure_field() if self.span == "onset → current" else None)
        session.marks_changed.connect(self.refresh)
        self.recogniser.answered.connect(self.recognised)
        self.recogniser.failed.connect(self._tell_failure)
        media.open_failed.connect(lambda _: self._explain("The clip cannot be read."))

    def use_model(self, folder: Path | None, card: dict[str, Any]) -> None:
        """Answer by another model, at once; what is measured, is measured as that model learned it."""
        self.card = card
        self.recogniser.forget()
        self.recognised.emit(None, None)
        self.recogniser.use(folder)
        self.refresh()

    def show_span(self, span: Span) -> None:
        """Which two frames the fields are measured between."""
        self.span = span
        self._measure_field()

    def show_flow(self, changes: dict[str, Any]) -> None:
        """How the fields are measured, where otherwise than the model learned: values of FlowSettings by name."""
        self.flow = dict(changes)
        self._measure_field()

    def settings(self) -> FlowSettings | None:
        """How the fields are measured; None before the face is found, or where the model's card names unknown ones."""
        return self._settings(self.flow)

    def refresh(self) -> None:
        """Measure and recognise what the marks now say."""
        self._measure_field()
        self._recognise()

    def why_no_field(self) -> str:
        """What is missing for a field to be shown."""
        marks = self._session.marks
        if self._session.clip is None:
            return "Choose a clip to see what moves in it."
        if self.no_face:
            return self.no_face
        if self.alignment is None:
            return "Looking for the face…" if self._media.clip else ""
        if self._unmeasured:
            return self._unmeasured
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
        self._other_flow.stop()
        self.recogniser.stop()

    def _let_go(self) -> None:
        self._worker.forget()
        self._other_flow.forget()
        self.recogniser.forget()
        self._outdate("recognise")
        self._kept.clear()
        self.alignment, self.no_face, self._face, self._unmeasured = None, "", None, ""
        self.aligned.emit()
        self._show_no_field()
        self.recognised.emit(None, None)

    def _follow_choice(self) -> None:
        """The user has said whose face it is."""
        clip = self._session.clip
        if clip and self._face and clip.id == self._face[0] and clip.face != self._face[1]:
            self._let_go()
            self._align()
            self._recognise()

    def _align(self) -> None:
        clip, record = self._media.clip, self._session.clip
        if clip is None or record is None:
            return
        self._face = record.id, record.face

        def work() -> Alignment:
            from mer_core.faces import FaceChoice, align_clip

            with clip.reader() as hand:  # its own: looking through the clip must not make the scrubbing wait
                return align_clip(hand, choice=FaceChoice.parse(record.face))

        self._worker.submit("align", work, self._take_alignment, self._take_alignment)

    def _take_alignment(self, found: Alignment | str) -> None:
        if isinstance(found, str):
            self.no_face = found
        else:
            self.alignment = found
            self.explained.emit("Measuring the motion…")
        self.aligned.emit()
        self.refresh()

    def _measure_field(self) -> None:
        self._unmeasured = ""
        marks = self._session.marks
        target = self._media.index if self.span == "onset → current" else marks.apex
        settings = self.settings()
        if (
            marks.onset is None
            or target is None
            or target == marks.onset
            or settings is None
            or not self._measurable(marks.onset, target)
        ):
            self._show_no_field()
            return
        onset = marks.onset
        same = settings == self._settings({})
        worker = self._worker if same else self._other_flow

        def show(found: Measurement) -> None:
            self.field_measured.emit(found, onset, target)

        def tell(sentence: str) -> None:
            self._unmeasured = sentence
            self._show_no_field()
            self.failed.emit(sentence)

        self._measure(worker, "field", (onset, target, settings), show, tell)

    def _show_no_field(self) -> None:
        self._outdate("field")
        self.field_measured.emit(None, 0, 0)

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
        elif self.no_face:
            self._explain(self.no_face)
        elif self.alignment is None:
            self._explain("Looking for the face…")
        elif not self._measurable(marks.onset, marks.apex):
            self._explain("A mark lies beyond the clip's end: move it to have the expression recognised.")
        else:
            settings = self._settings({})
            if settings is not None:
                key = marks.onset, marks.apex, settings
                self._measure(self._worker, "recognise", key, self.recogniser.ask, self._tell_failure)

    def _explain(self, why: str) -> None:
        self._outdate("recognise")
        self.recogniser.forget()
        self.recognised.emit(None, None)
        self.explained.emit(why)

    def _tell_failure(self, sentence: str) -> None:
        self._explain("The model gives no answer.")
        self.failed.emit(sentence)

    def _measurable(self, onset: int, target: int) -> bool:
        """Marks of another, longer recording may lie outside the clip."""
        return self.alignment is not None and max(onset, target) < self._media.frames

    def _settings(self, changes: dict[str, Any]) -> FlowSettings | None:
        if self.alignment is None:
            return None
        from mer_core.analysis import settings_for  # loaded by the aligning thread, all but this file

        try:
            return replace(settings_for(self.card), **changes)
        except MerError as error:
            self.failed.emit(str(error))
            return None

    def _outdate(self, purpose: _Purpose) -> None:
        """What has been asked for so far is not to be shown any more."""
        self._requests += 1
        self._given[purpose] = self._requests

    def _measure(
        self,
        worker: Worker,
        purpose: _Purpose,
        key: tuple[int, int, FlowSettings],
        then: Callable[[Measurement], None],
        otherwise: Callable[[str], None],
    ) -> None:
        """Hand the measurement to `then`, unless one asked for later has been handed on before it comes.

        One asked for earlier may be: while scrubbing, a frame behind is better than none. `otherwise` is told why there
        is none, under the same condition.
        """
        buffer, alignment = self._media.buffer, self.alignment
        if buffer is None or alignment is None:
            return
        self._requests += 1
        request = self._requests

        def give(found: Measurement) -> None:
            if request > self._given[purpose]:
                self._given[purpose] = request
                then(found)

        if key in self._kept:
            self._kept.move_to_end(key)
            give(self._kept[key])
            return

        card, (onset, target, settings) = self.card, key

        def keep(found: Measurement) -> None:
            if alignment is not self.alignment:
                return  # another face by now
            self._kept[key] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            if card is self.card:  # else what is needed now has been asked for since
                give(found)

        def work() -> Measurement:
            from mer_core.analysis import measure_clip

            return self._kept.get(key) or measure_clip(buffer.frame, alignment, onset, target, settings)

        def fail(sentence: str) -> None:
            if request > self._given[purpose]:
                self._given[purpose] = request
                otherwise(sentence)

        worker.submit(purpose, work, keep, fail)
