"""What is open: project, clip, expression, marks; and the one way by which anything of it is edited."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtGui import QUndoStack

from app.commands import Edit, Removal
from app.spotting.offer import Offer
from mer_core.annotation import Annotation, Marks, parse_action_units
from mer_core.annotation.annotation import MarkName
from mer_core.errors import MerError, ProjectError
from mer_core.project import Change, ClipRecord, Decision, Project, Record

_TYPING = {"notes": 1, "action_units": 2}  # fields typed letter by letter: one undo step a stretch of typing


_LOCK = ".lock"


class Session(QObject):
    """The open project and the clip chosen in it. It says by signals what changed; widgets ask it for values."""

    project_changed = Signal()
    clips_changed = Signal()
    clip_changed = Signal()
    annotation_changed = Signal()
    marks_changed = Signal()  # also while a mark is dragged, before it is kept
    model_changed = Signal()
    problem = Signal(str)
    edited = Signal()  # an edit is on disk

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.project: Project | None = None
        self.clip: ClipRecord | None = None
        self.coder = ""  # whose annotations are shown, edited and trained on
        self.expression = 1
        self.annotation: Annotation | None = None
        self.other_marks: dict[int, Marks] = {}  # of the clip's other expressions, by their numbers
        self.offers: dict[MarkName, Offer] = {}  # marks that are suggested to the coder
        self._dragged: Marks | None = None
        self._lock: QLockFile | None = None

    # Project

    def open_project(self, path: Path) -> None:
        """Open a project in place of the open one. Raises ProjectError, and then nothing has changed."""
        folder = path if path.is_dir() else path.parent
        if self.project and folder.resolve() == self.project.folder.resolve():
            return
        project = Project.open(path)
        try:
            lock = _locked(project.folder)
        except ProjectError:
            project.close()
            raise
        self._adopt(project, lock)

    def create_project(self, folder: Path, coder: str) -> None:
        """Make an empty project and open it. Raises ProjectError, and then nothing has changed."""
        project = Project.create(folder)
        project.set_coder(coder)
        try:
            self._adopt(project, _locked(folder))
        except ProjectError:
            project.close()
            raise

    def close_project(self) -> None:
        """Let go of the project; every edit is already on disk."""
        if self.project is None:
            return
        self.undo_stack.clear()
        self.project.close()
        if self._lock:
            self._lock.unlock()
        self.project = self.clip = self.annotation = self._dragged = self._lock = None
        self._tell_clip()
        self.project_changed.emit()

    def _adopt(self, project: Project, lock: QLockFile) -> None:
        self.close_project()
        self.project, self._lock = project, lock
        self.coder = project.coder
        self.project_changed.emit()
        self.clips_changed.emit()

    # Clips

    def add_clips(self, records: Sequence[ClipRecord]) -> None:
        """Add clips to the project as one edit."""
        text = f"Add {records[0].name}" if len(records) == 1 else f"Add {len(records)} clips"
        self._edit(text, [Change(None, record) for record in records])

    def remove_clip(self, clip: ClipRecord) -> None:
        """Take a clip and what is said of it out of the project; its file stays where it is."""
        if self.project:
            said: list[Record] = [*self.project.decisions(clip.id), *self.project.annotations(clip.id)]
            self._edit(f"Remove {clip.name}", [Change(found, None) for found in said] + [Change(clip, None)])

    def remove_shown_clip(self) -> None:
        """Take the clip shown out of the project."""
        if self.clip is not None:
            self.remove_clip(self.clip)

    def edit_clip(self, clip: ClipRecord, **values: Any) -> None:
        """Change a clip's subject, data set or frame rate."""
        self._edit(f"Change {' and '.join(values)} of {clip.name}", [Change(clip, replace(clip, **values))])

    def change(self, text: str, changes: Sequence[Change]) -> bool:
        """Change several records as one edit; whether the disk took it."""
        before = self.undo_stack.index()
        self._edit(text, list(changes))
        return self.undo_stack.index() > before

    def adopt(self, text: str, changes: Sequence[Change]) -> None:
        """Show a large edit that a working thread has written already, as one to undo."""
        self.undo_stack.push(Edit(self, text, list(changes), written=True))

    def choose_clip(self, clip_id: int, expression: int = 1) -> None:
        """Make a clip the one shown."""
        if self.project is None:
            return
        try:
            self.clip = self.project.clip(clip_id)
            self.expression = expression
            self._read_annotation()
        except ProjectError as error:
            self.problem.emit(str(error))
            return
        self._dragged = None
        self._tell_clip()

    def _tell_clip(self) -> None:
        """Another clip is shown, or none: so is all that is said of it."""
        if self.clip is None:
            self.other_marks = {}
        self.clip_changed.emit()
        self.annotation_changed.emit()
        self.marks_changed.emit()

    # Annotation

    def expressions(self) -> list[int]:
        """The numbers of the expressions annotated in the clip shown, and of the one being annotated."""
        return sorted({*self.other_marks, self.expression}) if self.clip else []

    def choose_expression(self, expression: int) -> None:
        """Show and edit another expression of the clip."""
        self.expression = expression
        self._dragged = None
        self._read_annotation()
        self.annotation_changed.emit()
        self.marks_changed.emit()

    def remove_expression(self) -> None:
        """Take back all that is said of the expression shown."""
        if self.annotation:
            text, changes = f"Remove expression {self.expression}", [Change(self.annotation, None)]
            self.undo_stack.push(Removal(self, text, changes))

    def leave_removed_expression(self) -> None:
        """Show another expression of the clip in place of one that is no more."""
        if self.annotation is None and self.other_marks:
            self.choose_expression(min(self.other_marks))

    @property
    def marks(self) -> Marks:
        """The marks as they are on screen: the kept ones, or those being dragged."""
        return self.kept_marks if self._dragged is None else self._dragged

    @property
    def kept_marks(self) -> Marks:
        """The marks as they are on disk, whatever is being dragged."""
        return self.annotation.marks if self.annotation else Marks()

    def drag_mark(self, name: MarkName, index: int) -> None:
        """Move a mark on screen only; `drop_mark` keeps it."""
        self._dragged = self.marks.moved(name, index)
        self.marks_changed.emit()

    def drop_mark(self, name: MarkName) -> None:
        """Keep a dragged mark."""
        dragged, self._dragged = self._dragged, None
        if dragged is not None:
            self.set_mark(name, dragged.get(name))

    def set_mark(self, name: MarkName, index: int | None) -> None:
        """Set or clear one mark; one that would pass another is refused with a sentence."""
        kept = self.kept_marks
        if self.clip is None or kept.get(name) == index:
            self.marks_changed.emit()
            return
        try:
            marks = kept.moved(name, index)
        except MerError as error:
            self.problem.emit(str(error))
            return
        self._annotate(f"{'Clear' if index is None else 'Set'} {name}", self._decisions({name: index}), marks=marks)

    def accept_offers(self) -> None:
        """Set all marks that are suggested, as they are."""
        accepted: dict[MarkName, int | None] = {name: offer.index for name, offer in self.offers.items()}
        if accepted:
            text = "Accept suggestion"
            self._annotate(text, self._decisions(accepted), marks=replace(self.kept_marks, **accepted))

    def refuse_offers(self) -> None:
        """Set none of the marks that are suggested, and have them suggested no more."""
        if self.offers:
            self._edit("Refuse suggestion", self._decisions(dict.fromkeys(self.offers)))

    def _decisions(self, marked: Mapping[MarkName, int | None]) -> list[Change]:
        """What marking these, None being none, says of the suggestions for them."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        changes = []
        for name, frame in marked.items():
            offer = self.offers.get(name)
            if offer is None or self.clip is None:
                continue
            kind: Literal["accepted", "moved", "refused"] = "refused"
            if frame is not None:
                kind = "accepted" if frame == offer.index else "moved"
            key = (self.clip.id, self.expression, self.coder, name, offer.index)
            changes.append(Change(None, Decision(*key, offer.confidence, kind, frame, at)))
        return changes

    def annotate(self, field: str, value: str) -> None:
        """Change emotion, action_units or notes. Raises MerError if the action units cannot be read."""
        if self.clip is None or getattr(self.annotation, field, "") == value:
            return
        if field == "action_units":
            parse_action_units(value)
        values: dict[str, Any] = {field: value}
        self._annotate(f"Change {field.replace('_', ' ')}", merge=_TYPING.get(field, -1), **values)

    def _annotate(self, text: str, also: Sequence[Change] = (), merge: int = -1, **values: Any) -> None:
        if self.clip:
            old = self.annotation
            base = old or Annotation(self.clip.id, self.expression, self.coder)
            self._edit(text, [*also, Change(old, replace(base, **values))], merge)

    def _read_annotation(self) -> None:
        found = self.project.annotations(self.clip.id, self.coder) if self.project and self.clip else []
        self.other_marks = {each.expression: each.marks for each in found if each.expression != self.expression}
        self.annotation = next((each for each in found if each.expression == self.expression), None)

    # Edits

    def _edit(self, text: str, changes: list[Change], merge: int = -1) -> None:
        self.undo_stack.push(Edit(self, text, changes, merge))

    def write(self, changes: list[Change], action: str) -> None:
        """Carry out an edit, undo or redo and show it; only commands call this. Raises ProjectError."""
        if self.project is None:
            return
        self.project.apply(changes, self.coder, action)
        self.show_written(changes)

    def show_written(self, changes: list[Change]) -> None:
        """Show an edit that is on disk."""
        self._dragged = None
        try:
            self._follow(changes)
        except ProjectError as error:  # the edit is made; only reading it back failed
            self.problem.emit(str(error))
        else:
            self.edited.emit()
        self.clips_changed.emit()

    def show_kept(self) -> None:
        """Show what is on disk in place of an edit that was refused."""
        self._dragged = None
        self.annotation_changed.emit()
        self.marks_changed.emit()

    def _follow(self, changes: list[Change]) -> None:
        """Show what an edit, undo or redo was about."""
        change = changes[-1]
        if any(isinstance(each.new or each.old, ClipRecord) for each in changes):
            self._follow_clips(changes)
        elif self.clip and change.clip == self.clip.id:
            self._follow_annotation(change)
        else:
            self.choose_clip(change.clip, _expression(change))

    def _follow_annotation(self, change: Change) -> None:
        marks, expression = self.marks, self.expression
        self.expression = _expression(change)
        self._read_annotation()
        self.annotation_changed.emit()
        if (self.marks, self.expression) != (marks, expression) or not isinstance(change.new, Annotation):
            self.marks_changed.emit()  # else typing would measure and recognise anew at each letter

    def _follow_clips(self, changes: list[Change]) -> None:
        """After an edit of clips: one may be new or back, the one shown may have new values, or be gone."""
        if self.project is None:
            return
        still = {clip.id: clip for clip in self.project.clips()}
        added = {each.clip for each in changes if isinstance(each.new, ClipRecord) and each.old is None}
        if len(added) == 1:
            self.choose_clip(added.pop())
        elif self.clip is None:
            return
        elif self.clip.id not in still:
            self.clip = self.annotation = None
            self._tell_clip()
        elif still[self.clip.id] != self.clip or any(each.clip == self.clip.id for each in changes):
            self.choose_clip(self.clip.id, self.expression)


def _expression(change: Change) -> int:
    record = change.new or change.old
    return record.expression if isinstance(record, Annotation | Decision) else 1


def _locked(folder: Path) -> QLockFile:
    """One window writes to a project at a time."""
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # only the owner's death frees it, however long the coding takes
    if lock.tryLock(100):
        return lock
    if lock.error() == QLockFile.LockError.PermissionError:
        raise ProjectError(f"{folder} may not be written to: get the right to, or copy the project elsewhere.")
    _, process, host, _ = lock.getLockInfo()  # type: ignore[misc]
    raise ProjectError(
        f"{folder} is open in another MER Studio window (process {process} on {host}): close it there first, or "
        f"delete {folder / _LOCK} if that machine has crashed."
    )
