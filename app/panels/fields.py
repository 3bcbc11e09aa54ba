"""Fields in which some keys are the field's and the others the window's."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class WordBox(QComboBox):
    """Reached by Tab, its letters search its words; after the mouse they are the window's keys again.

    The wheel scrolls the panel, never the choice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._letters_are_mine = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._letters_are_mine = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    @property
    def reached_by_mouse(self) -> bool:
        """Whether the focus came by a click."""
        return not self._letters_are_mine

    def event(self, event: QEvent) -> bool:
        asked = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if self._letters_are_mine and asked and event.text().isalpha():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Notes(QPlainTextEdit):
    """Text whose undo is the window's: every letter is an edit of the project already."""

    def __init__(self, hint: str) -> None:
        super().__init__(placeholderText=hint)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # a file dropped here is for the window

    def event(self, event: QEvent) -> bool:
        return False if _is_undo(event) else super().event(event)

    def show_text(self, text: str) -> None:
        """Show a text that is not this field's own, the cursor at its end."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(self.textCursor().MoveOperation.End)


class Line(QLineEdit):
    """One line, with the window's undo."""

    def __init__(self, hint: str) -> None:
        super().__init__(placeholderText=hint)
        self.setAcceptDrops(False)

    def event(self, event: QEvent) -> bool:
        return False if _is_undo(event) else super().event(event)


class SpacePresses(QObject):
    """Gives Space to the buttons it watches: elsewhere it plays."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)


def _is_undo(event: QEvent) -> bool:
    """Whether a field is asked if it wants an undo or redo key for itself; refused, the window gets it."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
    if undo:
        event.ignore()
    return undo
