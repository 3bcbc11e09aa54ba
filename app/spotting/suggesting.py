"""What is suggested of what was found: ghosts on the timeline, accepted, corrected or refused."""

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from app.actions import Actions
from app.desk import Desk
from app.spotting.curve_menu import CurveMenu
from app.spotting.offer import Offer
from app.spotting.spotter import Spotter
from app.timeline.timeline import Candidate, Timeline
from mer_core.annotation import Marks
from mer_core.annotation.annotation import MARK_NAMES, MarkName
from mer_core.errors import ProjectError
from mer_core.project import Change, Decision
from mer_core.spotting.suggestion import Suggestion

_KEY = "suggest marks"
_DECIDING = ("accept_suggestion", "refuse_suggestion")
_STEPPING = ("previous_movement", "next_movement")


class Suggesting(QObject):
    """Ties the search to the timeline, the actions and the session.

    Of the movements found one is `chosen`: that which the marks lie in, or the one the coder went to, or else the
    surest that is neither marked nor refused. Its marks are offered where the coder has set none.
    """

    changed = Signal()  # what is found, or what of it is chosen

    def __init__(self, desk: Desk, timeline: Timeline, actions: Actions, settings: QSettings) -> None:
        super().__init__(desk)
        self._desk, self._timeline, self._actions, self._settings = desk, timeline, actions, settings
        self.spotter = Spotter(desk.session, desk.media, self)
        self.chosen: Suggestion | None = None
        self._gone_to: Suggestion | None = None
        self._decided: set[tuple[MarkName, int]] = set()
        self._refused: set[tuple[MarkName, int]] = set()  # those of them that were refused
        self._void: list[Decision] = []  # decisions on marks of which none is set any more
        self._shown: tuple[object, ...] = ()
        self._taken: list[Marks] = []  # of the clip's other expressions
        self._past: frozenset[Suggestion] = frozenset()  # movements marked as another expression, or refused
        self.curve_menu = CurveMenu(actions, timeline, settings)
        self._keys = {name: actions[name].shortcuts() for name in _DECIDING}
        on = actions["suggest_marks"]
        on.setChecked(bool(settings.value(_KEY, True, type=bool)))
        actions.connect(
            {
                "accept_suggestion": desk.session.accept_offers,
                "refuse_suggestion": desk.session.refuse_offers,
                "previous_movement": lambda: self.step(-1),
                "next_movement": lambda: self.step(1),
                "suggest_again": self.suggest_again,
                "suggest_marks": self._switch,
            }
        )
        session = desk.session
        self.spotter.changed.connect(self._take)
        self.spotter.progressed.connect(timeline.set_searched)
        self.spotter.failed.connect(desk.problem)
        self.curve_menu.changed.connect(self._want)
        session.clip_changed.connect(self._read)
        session.annotation_changed.connect(self._read)
        session.marks_changed.connect(self.show)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)
        self._want()
        self.show()

    @property
    def movements(self) -> tuple[Suggestion, ...]:
        """What was found in the clip; nothing while suggestions are switched off."""
        spotted = self.spotter.spotted
        return spotted.suggestions if spotted is not None and self._actions["suggest_marks"].isChecked() else ()

    def stop(self) -> None:
        """End the search."""
        self.spotter.stop()

    def go_to(self, movement: Suggestion) -> None:
        """Show a movement's apex, and suggest its marks."""
        self._gone_to = movement
        self._desk.media.seek(movement.apex)
        self.show()

    def step(self, direction: int) -> None:
        """Go to the next (+1) or the previous (−1) movement."""
        here = self._desk.media.wanted
        ahead = [each for each in self.movements if (each.apex - here) * direction > 0]
        if ahead:
            self.go_to(min(ahead, key=lambda each: abs(each.apex - here)))

    def suggest_again(self) -> None:
        """Suggest once more what was accepted and cleared since, or refused; one edit, to be undone as any."""
        shown = self._desk.session.expression
        void = sorted(self._void, key=lambda each: each.expression == shown)  # the last one's expression is shown
        if void:
            self._desk.session.change("Suggest marks again", [Change(each, None) for each in void])

    def is_done(self, movement: Suggestion) -> bool:
        """Whether the coder has marked or refused it."""
        return movement in self._past or _overlaps(movement, _span(self._desk.session.kept_marks))

    def is_refused(self, movement: Suggestion) -> bool:
        """Whether the coder has refused it, and not marked it all the same."""
        marked = _overlaps(movement, _span(self._desk.session.kept_marks))
        return not marked and ("apex", movement.apex) in self._refused

    def show(self) -> None:
        """Offer what is to be offered now."""
        marks = self._desk.session.kept_marks  # a ghost that is being dragged is still a suggestion
        self.chosen = self._choose(marks)
        offers = self._offers(marks)
        self._desk.session.offers = offers
        self._timeline.set_ghosts(offers)
        self._actions.enable(_DECIDING, bool(offers))
        state = (self.movements, self.chosen, marks, frozenset(self._decided), tuple(self._taken), tuple(self._void))
        if state != self._shown:  # while a flag is dragged it stays the same
            self._shown = state
            several = self.movements if len(self.movements) > 1 else ()
            self._timeline.set_candidates(
                [Candidate(each.first, each.last, each.kind, each == self.chosen) for each in several]
            )
            self._actions.enable(_STEPPING, bool(self.movements))
            self._actions.enable(("suggest_again",), bool(self._void and self.movements))
            self.changed.emit()

    def _choose(self, marks: Marks) -> Suggestion | None:
        span = _span(marks)
        if span is not None:
            within = [each for each in self.movements if _overlaps(each, span)]
            # Where there is none the coder sees a movement where none was found.
            return max(within, key=lambda each: each.confidence, default=None)
        if self._gone_to in self.movements and self._gone_to is not None and not self._is_decided(self._gone_to):
            return self._gone_to
        left = [each for each in self.movements if each not in self._past]
        return max(left, key=lambda each: each.confidence, default=None)

    def _offers(self, marks: Marks) -> dict[MarkName, Offer]:
        """The chosen movement's marks that are not set, not decided on, and in order with those that are set."""
        found = self.chosen
        offers: dict[MarkName, Offer] = {}
        if found is None:
            return offers
        places: dict[MarkName, tuple[int | None, float]] = {
            "onset": (found.onset, found.onset_confidence),
            "apex": (found.apex, found.confidence),
            "offset": (found.offset, found.offset_confidence),
        }
        for name, (index, confidence) in places.items():
            if index is None or marks.get(name) is not None or (name, index) in self._decided:
                continue
            first, last = marks.room(name, self._desk.media.frames)
            if first <= index <= last:
                offers[name] = Offer(index, confidence)
        return offers

    def _is_decided(self, movement: Suggestion) -> bool:
        return ("apex", movement.apex) in self._decided

    def _read(self) -> None:
        """What the coder has decided in this clip, and marked in it as other expressions."""
        session = self._desk.session
        self._decided, self._refused, self._taken, self._void = set(), set(), [], []
        if session.project is not None and session.clip is not None:
            try:
                decisions = session.project.decisions(session.clip.id, session.coder)
                annotations = session.project.annotations(session.clip.id, session.coder)
            except ProjectError as error:
                session.problem.emit(str(error))
            else:
                self._decided = {(each.mark, each.suggested) for each in decisions}
                self._refused = {(each.mark, each.suggested) for each in decisions if each.decision == "refused"}
                marks = {each.expression: each.marks for each in annotations}
                self._void = [each for each in decisions if marks.get(each.expression, Marks()).get(each.mark) is None]
                self._taken = [each.marks for each in annotations if each.expression != session.expression]
        self._past = self._find_past()
        self.show()

    def _find_past(self) -> frozenset[Suggestion]:
        """Worked out once, and without comparing each with each: an hour holds thousands, and marks change often."""
        spotted = self.spotter.spotted
        movements = spotted.suggestions if spotted is not None else ()
        spans = sorted(span for marks in self._taken if (span := _span(marks)) is not None)
        firsts = [first for first, _ in spans]
        ends = list(accumulate((last for _, last in spans), max))  # of all that begin no later

        def taken(movement: Suggestion) -> bool:
            begun = bisect_right(firsts, movement.last)
            return begun > 0 and ends[begun - 1] >= movement.first

        return frozenset(each for each in movements if self._is_decided(each) or taken(each))

    def _take(self) -> None:
        spotted = self.spotter.spotted
        self._gone_to = None
        self._timeline.set_curve(spotted.curve if spotted is not None else None)
        self.curve_menu.offer(list(spotted.curve.values) if spotted is not None else [])
        self._read()

    def _switch(self) -> None:
        self._settings.setValue(_KEY, self._actions["suggest_marks"].isChecked())
        self._want()
        self.show()

    def _want(self) -> None:
        self.spotter.want(self._actions["suggest_marks"].isChecked() or self.curve_menu.visible)

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """In a field to type in, Enter and Delete are the field's."""
        typing = isinstance(new, QLineEdit | QAbstractSpinBox)
        for name, keys in self._keys.items():
            self._actions[name].setShortcuts([] if typing else keys)


def _span(marks: Marks) -> tuple[int, int] | None:
    """First and last frame of the marks that are set."""
    places = [index for name in MARK_NAMES if (index := marks.get(name)) is not None]
    return (min(places), max(places)) if places else None


def _overlaps(movement: Suggestion, span: tuple[int, int] | None) -> bool:
    return span is not None and span[0] <= movement.last and span[1] >= movement.first
