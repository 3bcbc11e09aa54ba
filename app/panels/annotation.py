"""What the coder says: marks, emotion, action units, notes."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.media import Media
from app.panels.fields import Line, Notes, WordBox
from app.panels.passing_button import PassingButton
from app.session import Session
from app.theme import colours, icon
from mer_core.annotation import EMOTIONS, parse_action_units, unknown_units
from mer_core.annotation.action_units import NAMES
from mer_core.annotation.annotation import MARK_NAMES, MarkName
from mer_core.errors import MerError

_MICRO_SECONDS = 0.5  # longer is no micro-expression


class AnnotationPanel(QWidget):
    """Edits the expression shown; each change is kept as it is made."""

    mark_wanted = Signal(str)  # set this mark to the frame shown
    frame_wanted = Signal(int)
    left = Signal()  # a choice was made by mouse: the keys are the window's again

    def __init__(self, session: Session, media: Media, suggest_again: QAction) -> None:
        super().__init__()
        self._session, self._media = session, media
        self.suggest_again = PassingButton(suggest_again)

        self.expressions = QComboBox()
        self.expressions.setToolTip("A clip may hold several expressions")
        self.expressions.setAccessibleName("Expression")
        self._add = _tool("plus", "Annotate another expression of this clip")
        self._remove = _tool("trash-2", "Remove this expression's annotation")
        self._marks = {name: _MarkRow(name) for name in MARK_NAMES}
        self._duration = QLabel()
        self._duration.setObjectName("hint")
        self._duration.setWordWrap(True)
        self.emotion = WordBox()
        self.emotion.addItem("—", "")
        for word in EMOTIONS:
            self.emotion.addItem(word, word)
        self.emotion.setAccessibleName("Emotion")
        self.action_units = Line("such as 4+L10, 15A+25B, 6?")
        self.action_units.setAccessibleName("Action units")
        self._unit_names = QLabel()
        self._unit_names.setObjectName("hint")
        self._unit_names.setWordWrap(True)
        self._unit_names.setAlignment(Qt.AlignmentFlag.AlignTop)
        policy = self._unit_names.sizePolicy()  # as wide as the field above it, or a short list would be broken up
        policy.setHorizontalPolicy(policy.Policy.Expanding)
        self._unit_names.setSizePolicy(policy)
        self.notes = Notes("Notes")
        self.notes.setAccessibleName("Notes")
        self.notes.setMinimumHeight(40)

        self._lay_out()
        self._connect()
        self.show_annotation()

    def _lay_out(self) -> None:
        which = QHBoxLayout()
        which.addWidget(self.expressions, 1)
        which.addWidget(self._add)
        which.addWidget(self._remove)
        marks = QGridLayout()
        marks.setHorizontalSpacing(6)
        marks.setVerticalSpacing(2)
        marks.setColumnStretch(1, 1)
        for row, mark in enumerate(self._marks.values()):
            for column, widget in enumerate((mark.name, mark.value, mark.here, mark.clear)):
                marks.addWidget(widget, row, column)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Emotion", self.emotion)
        form.addRow("Action units", self.action_units)
        form.addRow("", self._unit_names)
        layout = QVBoxLayout(self)
        layout.addLayout(which)
        layout.addLayout(marks)
        layout.addWidget(self._duration)
        layout.addWidget(self.suggest_again)
        layout.addLayout(form)
        layout.addWidget(self.notes, 1)

    def _connect(self) -> None:
        session = self._session
        session.annotation_changed.connect(self.show_annotation)
        session.marks_changed.connect(self._show_marks)
        self._media.opened.connect(self._show_marks)
        self.expressions.activated.connect(lambda row: session.choose_expression(self.expressions.itemData(row)))
        self._add.clicked.connect(lambda: session.choose_expression(max(session.expressions(), default=0) + 1))
        self._remove.clicked.connect(session.remove_expression)
        self.emotion.currentIndexChanged.connect(lambda row: session.annotate("emotion", self.emotion.itemData(row)))
        self.emotion.activated.connect(lambda _: self.left.emit() if self.emotion.reached_by_mouse else None)
        self.action_units.textEdited.connect(self._keep_action_units)
        self.notes.textChanged.connect(lambda: session.annotate("notes", self.notes.toPlainText()))
        for name, mark in self._marks.items():
            mark.here.clicked.connect(lambda _=False, name=name: self.mark_wanted.emit(name))
            mark.clear.clicked.connect(lambda _=False, name=name: session.set_mark(name, None))
            mark.value.linkActivated.connect(lambda index: self.frame_wanted.emit(int(index)))

    def show_annotation(self) -> None:
        """Show what the session holds."""
        session = self._session
        self.setEnabled(session.clip is not None)
        annotation = session.annotation
        # What is shown from the project must not come back as an edit.
        blocked = [QSignalBlocker(each) for each in (self.expressions, self.emotion, self.action_units, self.notes)]
        self.expressions.clear()
        for number in session.expressions():
            self.expressions.addItem(f"Expression {number}", number)
        self.expressions.setCurrentIndex(self.expressions.findData(session.expression))
        self._remove.setEnabled(annotation is not None)
        self._add.setEnabled(annotation is not None)
        self._show_emotion(annotation.emotion if annotation else "")
        units = annotation.action_units if annotation else ""
        if units != self.action_units.text():
            self.action_units.setText(units)
        notes = annotation.notes if annotation else ""
        self.notes.show_text(notes)
        del blocked
        self._name_units(units)
        self._show_marks()

    def _show_emotion(self, emotion: str) -> None:
        if self.emotion.findData(emotion) < 0:  # a word of another coding scheme is kept and offered
            self.emotion.addItem(emotion, emotion)
        self.emotion.setCurrentIndex(self.emotion.findData(emotion))

    def _show_marks(self) -> None:
        marks = self._session.marks
        open_here = self._media.clip is not None
        for name, mark in self._marks.items():
            index = marks.get(name)
            mark.here.setEnabled(open_here)
            mark.clear.setEnabled(index is not None)
            if index is None:
                mark.value.setText("not marked")
            elif open_here and index < self._media.frames:
                style = f"color: {colours().accent}"
                mark.value.setText(f'<a style="{style}" href="{index}">frame {self._media.number(index)}</a>')
            else:
                mark.value.setText("beyond the clip's end" if open_here else f"index {index}")
        self._duration.setText(self._durations())

    def _durations(self) -> str:
        clip, marks = self._media.clip, self._session.marks
        spans = []
        for text, first, last in (("onset–apex", marks.onset, marks.apex), ("onset–offset", marks.onset, marks.offset)):
            if clip is not None and first is not None and last is not None and max(first, last) < len(clip):
                seconds = float(clip.times[last] - clip.times[first])
                long = text == "onset–offset" and seconds > _MICRO_SECONDS
                spans.append(f"{text} {seconds * 1000:.0f} ms{' (longer than a micro-expression)' if long else ''}")
        return "   ".join(spans) or "Step to a frame and press O, A or F to mark onset, apex or offset."

    def _keep_action_units(self, text: str) -> None:
        try:
            self._session.annotate("action_units", text)
        except MerError as error:
            self._unit_names.setVisible(True)
            self._unit_names.setText(f"Not kept: {error}")
            self._unit_names.setStyleSheet(f"color: {colours().warning}")
        else:
            self._name_units(text)

    def _name_units(self, text: str) -> None:
        try:
            units = parse_action_units(text)
        except MerError:  # from a coding file of other habits: shown as written
            units = ()
        lines = [", ".join(unit.words for unit in units if unit.number in NAMES)]
        if unknown := unknown_units(units):
            numbers = " or ".join(map(str, unknown))
            lines.append(
                f'<span style="color: {colours().warning}">Kept as written, but FACS has no action unit {numbers}: '
                "check the number.</span>"
            )
        self._unit_names.setText("<br>".join(filter(None, lines)))
        self._unit_names.setStyleSheet("")
        self._unit_names.setVisible(any(lines))


class _MarkRow:
    """One mark: its name, where it is, a button to set it to the frame shown and one to clear it."""

    def __init__(self, name: MarkName) -> None:
        self.name = QLabel(name.capitalize())
        self.value = QLabel()
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.value.setToolTip("Click to go there")
        self.here = _tool("flag-triangle-right", f"Set the {name} to the frame shown")
        self.here.setObjectName(f"set-{name}")
        self.clear = _tool("x", f"Clear the {name}")


def _tool(name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
