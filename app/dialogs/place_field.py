"""A line for the place of a file or folder that is to be written, with a button that shows what is there."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMessageBox, QPushButton, QWidget


class PlaceField(QWidget):
    """The path can be typed or chosen."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.textChanged.connect(lambda _: self.changed.emit())
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)  # Enter is for what the dialog is for
        self.browse.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.browse)
        self._filter = ""

    def suggest(self, path: Path, kinds: str) -> None:
        """Offer a place; ``kinds`` as a file dialog's filter, empty for a folder."""
        self._filter = kinds
        self.line.setText(str(path))

    @property
    def path(self) -> Path | None:
        """The place as it stands; None while there is none."""
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    def may_be_written(self) -> bool:
        """Whether nothing is there that would be lost, or the user wants it replaced."""
        place = self.path
        if place is None or not place.is_file():
            return True
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        sentence = f"{place.name} is there already. Replace it?"
        return QMessageBox.question(self, self.window().windowTitle(), sentence, yes | no, no) == yes

    def _browse(self) -> None:
        here = self.line.text() or str(Path.home())
        name, _ = QFileDialog.getSaveFileName(self, "Where to", here, self._filter or "New folder (*)")
        if name:
            self.line.setText(name)
