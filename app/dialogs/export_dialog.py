"""What to export, of what, where to; and what the format cannot carry, before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.background import Worker
from app.dialogs.deciding import deciding_buttons
from app.dialogs.export_choices import CHOICES, Choice
from app.dialogs.export_settings import ExportSettings
from app.dialogs.place_field import PlaceField
from app.session import Session
from mer_core.errors import Cancelled
from mer_core.project import ClipRecord

if TYPE_CHECKING:
    from mer_core.export.coding import Coding

_CODING = ("json", "csv", "casme2", "samm", "eaf", "boris")


class ExportDialog(QDialog):
    """`arguments` are those of ``mer_core export``."""

    _looked = Signal(int, int)

    def __init__(self, session: Session, numbers: tuple[int, ...], last_folder: Path, parent: QWidget) -> None:
        """numbers: the source's frame numbers of the clip shown, empty where none is open."""
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(760)
        if session.project is None:
            raise ValueError("there is a project to export")
        self._folder, self._name = session.project.folder, session.project.name
        self._clip: ClipRecord | None = session.clip
        self._home = last_folder
        self._coding: Coding | None = None
        self._worker = Worker("export", self)
        self._closed = False
        self._looked.connect(self._show_looking)
        self.formats = QListWidget()
        self.formats.setAccessibleName("What to export")
        self.formats.setFixedWidth(220)
        self.formats.setSpacing(3)
        for choice in CHOICES:
            item = QListWidgetItem(choice.title, self.formats)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            item.setToolTip(choice.about)
            if "range" in choice.asks and not numbers:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                why = "no clip is open" if session.clip is None else "its frames cannot be shown"
                item.setText(f"{choice.title}\n({why})")
                item.setToolTip(f"This exports frames of the clip shown, but {why}: choose a clip first.")
        self._about = QLabel()
        self._about.setWordWrap(True)
        self.settings = ExportSettings(session, numbers)
        self.settings.changed.connect(self._list_losses)
        self.losses = QListWidget()
        self.losses.setAccessibleName("What this format does not carry")
        self.losses.setWordWrap(True)
        self.losses.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.losses.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        kept = self.losses.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.losses.setSizePolicy(kept)
        self.place = PlaceField("Where to")
        self.place.changed.connect(self._show_ready)
        buttons, self.export_button = deciding_buttons(self, "Export")
        self._build(buttons)
        self.finished.connect(self._let_go)
        self.formats.currentItemChanged.connect(lambda *_: self._choose())
        self._read()
        self.formats.setCurrentRow(0)

    def _build(self, buttons: QDialogButtonBox) -> None:
        right = QVBoxLayout()
        right.addWidget(self._about)
        right.addWidget(self.settings)
        self._heading = QLabel()
        self._heading.setObjectName("hint")
        right.addWidget(self._heading)
        right.addWidget(self.losses, 1)
        form = QFormLayout()
        form.addRow("Where to", self.place)
        right.addLayout(form)
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.formats)
        middle.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(middle, 1)
        layout.addWidget(buttons)
        self.resize(800, 500)

    # What was chosen

    @property
    def choice(self) -> Choice:
        """The way to export that is chosen."""
        item = self.formats.currentItem() or self.formats.item(0)
        chosen: Choice = item.data(Qt.ItemDataRole.UserRole)
        return chosen

    def choose(self, name: str) -> None:
        """Choose a way to export by its name."""
        self.formats.setCurrentRow([choice.name for choice in CHOICES].index(name))

    @property
    def arguments(self) -> list[str]:
        """As arguments of ``mer_core``."""
        clip = self._clip.path if self._clip is not None else ""
        command = ["export", str(self._folder), str(self.place.path or ""), "--format", self.choice.name]
        return [*command, *self.settings.options(self.choice, clip)]

    def accept(self) -> None:
        if self.place.may_be_written():
            super().accept()

    def _choose(self) -> None:
        choice = self.choice
        self._about.setText(choice.about)
        self.settings.show_for(choice)
        clip = self._clip.name.rsplit(".", 1)[0] if self._clip is not None else ""
        name = f"{clip}_cut" if "range" in choice.asks else f"{self._name} {_ENDS.get(choice.name, 'coding')}"
        suffix = choice.suffixes[0] if choice.suffixes else ""
        self.place.suggest(self._home / f"{name}{suffix}", choice.filter)
        self._list_losses()
        self._show_ready()

    def _show_ready(self) -> None:
        self.export_button.setEnabled(self.place.path is not None)

    # What cannot be carried

    def _read(self) -> None:
        folder = self._folder

        def look(done: int, total: int, _text: str) -> None:
            if self._closed:
                raise Cancelled
            self._looked.emit(done, total)

        def work() -> Coding:
            from mer_core.export.coding import project_coding

            return project_coding(folder, look)

        self._worker.submit("read", work, self._take_coding, self._tell)

    def _let_go(self) -> None:
        self._closed = True
        self._worker.stop()

    def _show_looking(self, done: int, total: int) -> None:
        if self._coding is None and self.choice.name in _CODING:
            self._heading.setText(f"Looking at the clips… {done} of {total}")

    def _take_coding(self, coding: Coding) -> None:
        self._coding = coding
        self._list_losses()

    def _list_losses(self) -> None:
        choice, folder, coding = self.choice, self._folder, self._coding
        self.losses.clear()
        if choice.name == "pack":
            clips = self.settings.with_clips.isChecked()

            def packed() -> list[str]:
                from mer_core.export.pack import pack_losses

                return pack_losses(folder, clips=clips)

            self._worker.submit("losses", packed, self._show_losses, self._tell)
        elif choice.name in _CODING:
            if coding is None:
                self._heading.setText("Looking at the clips…")
                self.losses.hide()
                return
            chosen = self.settings.chosen(choice, coding)
            coder = self.settings.coder.currentData()

            def of_coding() -> list[str]:
                from mer_core.export.formats import losses

                return losses(chosen, choice.name, coder)

            self._worker.submit("losses", of_coding, self._show_losses, self._tell)
        else:
            self._show_losses(self.settings.range_losses(choice))

    def _show_losses(self, losses: list[str]) -> None:
        without_history = "history" in self.choice.asks and not self.settings.history.isChecked()
        whole = "Nothing is lost but the history of edits." if without_history else "Nothing is lost."
        whole = "" if self.choice.name == "figures" else whole
        self._heading.setText("Not carried by this format:" if losses else whole)
        self.losses.clear()
        self.losses.addItems(losses)
        self.losses.setVisible(bool(losses))

    def _tell(self, sentence: str) -> None:
        self._heading.setText(sentence)


_ENDS = {"pack": "packed", "figures": "figures", "eaf": "ELAN", "boris": "events"}
