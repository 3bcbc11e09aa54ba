"""What a coding read from a file would change in the project, before it is taken in."""

from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.deciding import deciding_buttons
from mer_core.annotation import Annotation
from mer_core.export.coding import Coding
from mer_core.export.merging import merge
from mer_core.project import Change, Project


class ReadingDialog(QDialog):
    """`changes` is the one edit that takes it in."""

    def __init__(self, project: Project, coding: Coding, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Read {path.name}")
        self.setMinimumWidth(560)
        self._mine, self._theirs = merge(project, coding), merge(project, coding, take_differing=True)
        said = QLabel(self._mine.sentence)
        said.setWordWrap(True)
        self.differing = QListWidget()
        self.differing.setAccessibleName("Annotations that differ")
        names = {clip.id: clip.path for clip in project.clips()}
        self.differing.addItems([_difference(names, *pair) for pair in self._mine.differing])
        self.take = QCheckBox("Replace the project's by the file's where they differ")
        self.take.toggled.connect(self._show_ready)
        buttons, self.take_button = deciding_buttons(self, "Take in")
        layout = QVBoxLayout(self)
        layout.addWidget(said)
        for widget in (self.differing, self.take):
            widget.setVisible(bool(self._mine.differing))
            layout.addWidget(widget)
        layout.addWidget(buttons)
        self._show_ready()

    @property
    def changes(self) -> list[Change]:
        """What is to be carried out."""
        return list((self._theirs if self.take.isChecked() else self._mine).changes)

    def _show_ready(self) -> None:
        self.take_button.setEnabled(bool(self.changes))


def _difference(names: dict[int, str], ours: Annotation, theirs: Annotation) -> str:
    parts = []
    for name, value in vars(ours).items():
        other = vars(theirs)[name]
        if value != other:
            parts.append(f"{name.replace('_', ' ')} {_said(value)} → {_said(other)}")
    return f"{names[ours.clip]}, expression {ours.expression}, {ours.coder}: {'; '.join(parts)}"


def _said(value: object) -> str:
    if hasattr(value, "onset"):
        places = (getattr(value, name) for name in ("onset", "apex", "offset"))
        return "–".join("·" if place is None else str(place) for place in places)
    return f"“{value}”"
