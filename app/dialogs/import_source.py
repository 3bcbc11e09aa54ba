"""What to import and from where."""

from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.import_own import OwnLayout
from mer_core.datasets.dataset import DataSet
from mer_core.datasets.generic import generic_set
from mer_core.datasets.registry import DATA_SETS

OWN = "own"
_LAST = "imported set"  # what was read last is what the next import most likely reads


class ImportSource(QWidget):
    """Data set, folder, coding file, kind of frames, and what becomes of the labels."""

    folder_chosen = Signal(object)  # Path
    coding_chosen = Signal(object)  # Path
    changed = Signal()

    def __init__(self, settings: QSettings, coder: str) -> None:
        super().__init__()
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("the folder as it was unpacked")
        self.folder.setAccessibleName("Folder of the data set")
        self._settings = settings
        self.dataset = QComboBox()
        self.dataset.setPlaceholderText("Choose… (or the folder first: it often says which)")
        for each in DATA_SETS.values():
            self.dataset.addItem(each.title, each.name)
        self.dataset.addItem("Another: clips by folders, labels by a table", OWN)
        self.coding = QLineEdit()
        self.coding.setAccessibleName("Coding file")
        self.kind = QComboBox()
        self.take_over = QCheckBox(f"Take the labels over as mine ({coder}), to edit and train on" if coder else "")
        self.take_over.setChecked(True)
        self.take_over.setVisible(bool(coder))
        self.middle_apex = QCheckBox("Where no apex is coded, take the middle of onset and offset as mine")
        self.middle_apex.setChecked(True)
        self.macro = QCheckBox("Macro-expressions too")
        self.own = OwnLayout(settings)
        self.hint = QLabel()
        self.hint.setObjectName("hint")
        self.hint.setWordWrap(True)
        self.about = QLabel()
        self.about.setObjectName("hint")
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._browse_folder)
        browse_coding = QPushButton("Choose…")
        browse_coding.setAccessibleName("Choose the coding file")
        browse_coding.clicked.connect(self._browse_coding)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Folder", _row(self.folder, browse))
        form.addRow("Data set", self.dataset)
        form.addRow("", self.about)
        form.addRow("Coding file", _row(self.coding, browse_coding))
        form.addRow("Frames", self.kind)
        for box in (self.take_over, self.middle_apex, self.macro):
            form.addRow("", box)
        self._form = form
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.hint)
        layout.addLayout(form)
        layout.addWidget(self.own, 1)
        layout.addStretch()
        self.choose_set(str(settings.value(_LAST, "")))
        self.dataset.currentIndexChanged.connect(self._show_set)
        self.folder.editingFinished.connect(lambda: self.folder_chosen.emit(self.path) if self.path else None)
        self.coding.editingFinished.connect(lambda: self.coding_chosen.emit(self.coding_file))
        self.folder.textChanged.connect(self.changed)
        self.own.changed.connect(self.changed)
        self._show_set()

    @property
    def path(self) -> Path | None:
        """The folder."""
        text = self.folder.text().strip()
        return Path(text) if text else None

    @property
    def coding_file(self) -> Path | None:
        """The coding file, where one was named."""
        text = self.coding.text().strip()
        return Path(text) if text else None

    @property
    def is_own(self) -> bool:
        """Whether it is none of the known sets."""
        return bool(self.dataset.currentData() == OWN)

    @property
    def chosen(self) -> DataSet:
        """The data set. Raises MerError where an own one is not fully said."""
        return generic_set(self.own.layout_said) if self.is_own else DATA_SETS[self.dataset.currentData()]

    @property
    def ready(self) -> bool:
        """Whether it is said what to read."""
        return self.path is not None and self.dataset.currentIndex() >= 0

    def choose_set(self, name: str) -> None:
        """Choose a data set by its name; an unknown one chooses none."""
        self.dataset.setCurrentIndex(self.dataset.findData(name))

    def remember(self) -> None:
        """Begin with the same data set next time."""
        self._settings.setValue(_LAST, self.dataset.currentData())

    def say(self, text: str) -> None:
        """A sentence above all."""
        self.hint.setText(text)

    def _show_set(self) -> None:
        own = self.is_own
        self.own.setVisible(own)
        self.coding.setPlaceholderText("none: the folders say it all" if own else "found by itself in the folder")
        known = DATA_SETS.get(self.dataset.currentData() or "")
        self.kind.clear()
        self.kind.addItem("the usual ones", "")
        for kind in known.kinds if known else ():
            self.kind.addItem(kind, kind)
        if known is not None:
            self.about.setText(
                f"{known.title}: {known.published_total} expressions as published, {known.fps:g} frames a second. "
                + (f"Its coding file is named like {known.coding[0]}." if known.coding else "It has no coding file.")
            )
        self.about.setVisible(known is not None)
        self._form.setRowVisible(self.kind, known is not None)
        self._form.setRowVisible(self.middle_apex, known is not None and not known.apex_coded)
        self._form.setRowVisible(self.macro, known is not None and known.name == "cas-me-2")
        self.changed.emit()

    def _browse_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "The data set's folder", self.folder.text())
        if name:
            self.folder.setText(name)
            self.folder_chosen.emit(Path(name))

    def _browse_coding(self) -> None:
        start = self.coding.text() or self.folder.text()
        name, _ = QFileDialog.getOpenFileName(
            self, "The coding file", start, "Tables (*.xlsx *.xlsm *.csv *.tsv *.txt)"
        )
        if name:
            self.coding.setText(name)
            self.coding_chosen.emit(Path(name))


def _row(field: QWidget, button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(field, 1)
    row.addWidget(button)
    return row
