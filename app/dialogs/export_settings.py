"""The few settings of an export; each shown where the format has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from app.dialogs.export_choices import Choice
from app.number_box import NumberBox
from app.session import Session

if TYPE_CHECKING:
    from mer_core.export.coding import Coding


class ExportSettings(QWidget):
    """`options` are those of ``mer_core export``."""

    changed = Signal()

    def __init__(self, session: Session, numbers: tuple[int, ...]) -> None:
        super().__init__()
        project = session.project
        coders = sorted({each.coder for each in project.annotations()} | {session.coder}) if project else []
        self._numbers, self._shown = numbers, session.clip
        self.coders = _box([("All coders", None), *((name, name) for name in coders)])
        self.coder = _box([(name, name) for name in coders])
        self.coder.setCurrentText(session.coder)
        one = session.clip.name if session.clip else ""
        self.clips = _box([("All clips", False), *([(f"Only {one}", True)] if one else [])])
        self.history = QCheckBox("With the history of edits")
        self.first, self.last = self._numbers_box("From frame"), self._numbers_box("To frame")
        ends = QHBoxLayout()
        ends.addWidget(self.first, 1)
        ends.addWidget(QLabel("to"))
        ends.addWidget(self.last, 1)
        self._range = QWidget()
        self._range.setLayout(ends)
        ends.setContentsMargins(0, 0, 0, 0)
        self.image = _box([("PNG, 300 dpi", "png"), ("SVG", "svg"), ("PDF", "pdf")])
        self.faces = QCheckBox("With the face at onset and apex")
        self.faces.setChecked(True)
        self.attention = QCheckBox("With where the model looks")
        self.with_clips = QCheckBox("With the clips' frames")
        self.with_clips.setChecked(True)
        self._rows = {
            "coders": ("Coders", self.coders),
            "coder": ("Coder", self.coder),
            "clips": ("Clips", self.clips),
            "history": ("", self.history),
            "range": ("Frames", self._range),
            "figure": ("Kind", self.image),
            "faces": ("", self.faces),
            "attention": ("", self.attention),
            "frames": ("", self.with_clips),
        }
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 4, 0, 4)
        for text, widget in self._rows.values():
            self._form.addRow(text, widget)
        for box in (self.coders, self.coder, self.clips):
            box.currentIndexChanged.connect(lambda _: self.changed.emit())
        for spin in (self.first, self.last):
            spin.valueChanged.connect(lambda _: self.changed.emit())
        for tick in (self.with_clips, self.history):
            tick.toggled.connect(lambda _: self.changed.emit())
        marks = session.marks
        if numbers:
            ends_of = (marks.onset, 0), (marks.offset, len(numbers) - 1)
            for spin, (index, otherwise) in zip((self.first, self.last), ends_of, strict=True):
                spin.setValue(numbers[index if index is not None and index < len(numbers) else otherwise])

    def _numbers_box(self, name: str) -> NumberBox:
        spin = NumberBox()
        spin.setAccessibleName(name)
        if self._numbers:
            spin.setRange(self._numbers[0], self._numbers[-1])
        return spin

    def show_for(self, choice: Choice) -> None:
        """Show what this choice asks."""
        asked = {*choice.asks, *(("faces", "attention") if "figure" in choice.asks else ())}
        for name, (_, widget) in self._rows.items():
            self._form.setRowVisible(widget, name in asked)

    def options(self, choice: Choice, clip: str) -> list[str]:
        """The settings that this choice asks; ``clip``: the path of the clip shown."""
        options = []
        if "coders" in choice.asks and self.coders.currentData():
            options += ["--coder", self.coders.currentData()]
        if "coder" in choice.asks:
            options += ["--coder", self.coder.currentData()]
        if "range" in choice.asks or ("clips" in choice.asks and self.clips.currentData()):
            options += ["--clip", clip]
        if "history" in choice.asks and self.history.isChecked():
            options.append("--history")
        if "range" in choice.asks:
            options += ["--from", str(self.first.value()), "--to", str(self.last.value())]
        if "figure" in choice.asks:
            options += ["--image", self.image.currentData()]
            options += ["--no-faces"] * (not self.faces.isChecked()) + ["--attention"] * self.attention.isChecked()
        if "frames" in choice.asks and not self.with_clips.isChecked():
            options.append("--no-clips")
        return options

    def chosen(self, choice: Choice, coding: Coding) -> Coding:
        """What is left of a coding by these settings."""
        clips = coding.clips
        if self.clips.currentData() and self._shown is not None:
            clips = tuple(clip for clip in clips if clip.record.id == self._shown.id)
        coding = replace(coding, clips=clips)
        coder = self.coders.currentData()
        return coding.of_coder(coder) if "coders" in choice.asks and coder else coding

    def range_losses(self, choice: Choice) -> list[str]:
        """What frames, videos and figures cannot carry."""
        if choice.name != "video":
            return []
        return [f"Frame numbers: a video counts from 0, so its frame 0 is frame {self.first.value()} of the clip."]


def _box(items: list[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    for text, value in items:
        box.addItem(text, value)
    return box
