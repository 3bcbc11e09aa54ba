"""Every edit, as a command that can be undone."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from mer_core.errors import ProjectError
from mer_core.project import Change

if TYPE_CHECKING:
    from app.session import Session


class Edit(QUndoCommand):
    """Some records changed together. Doing it writes it to disk; an edit that the disk refuses leaves no trace."""

    def __init__(
        self, session: "Session", text: str, changes: list[Change], merge: int = -1, written: bool = False
    ) -> None:
        """written: it is on disk already, and only has to be shown."""
        super().__init__(text)
        self._written = written
        self._session = session
        self._changes = changes
        self._merge = merge
        self._done_before = False

    def redo(self) -> None:
        if self._written:
            self._written, self._done_before = False, True
            self._session.show_written(self._changes)
            return
        self._apply(self._changes, f"Redo: {self.text()}" if self._done_before else self.text())
        self._done_before = True

    def undo(self) -> None:
        self._apply([change.reverse for change in reversed(self._changes)], f"Undo: {self.text()}")

    def id(self) -> int:
        return self._merge

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Typing in one field of one clip is one step to undo."""
        if not isinstance(other, Edit) or other.isObsolete() or len(self._changes) != 1 or len(other._changes) != 1:
            return False
        mine, theirs = self._changes[0], other._changes[0]
        if mine.new != theirs.old or mine.clip != theirs.clip:
            return False
        self._changes = [Change(mine.old, theirs.new)]
        return True

    def _apply(self, changes: list[Change], action: str) -> None:
        try:
            self._session.write(changes, action)
        except ProjectError as error:  # nothing may be raised through Qt's undo stack
            self.setObsolete(True)
            self._session.show_kept()
            self._session.problem.emit(str(error))


class Removal(Edit):
    """An expression is taken back: another of the clip is shown then, if there is one."""

    def redo(self) -> None:
        super().redo()
        self._session.leave_removed_expression()
