"""An own data set: where clips lie, seen as it is typed, and which columns of a table mean what."""

from pathlib import Path

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mer_core.datasets.columns import FIELDS, HEADINGS, match_columns
from mer_core.datasets.folders import FrameFolder
from mer_core.datasets.generic import Layout, Pattern
from mer_core.errors import MerError

_PREVIEWED = 100
_NONE = "–"
PATTERNS = (
    "{subject}/{clip}",
    "{subject}/{emotion}/{clip}",
    "{emotion}/{subject}/{clip}",
    "{emotion}/{clip}",
    "{clip}",
)


class OwnLayout(QWidget):
    """Name, frame rate, pattern with its preview, and columns where there is a table. It remembers the last ones."""

    changed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        from mer_core.clips.opening import MOST_FPS

        self._settings = settings
        self._folders: list[FrameFolder] = []
        self._headings: list[str] = []
        self.name = QLineEdit(str(settings.value("import/name", "")))
        self.name.setPlaceholderText("what to call it, also as coder of its labels")
        self.fps = QDoubleSpinBox()
        self.fps.setRange(0, MOST_FPS)
        self.fps.setSpecialValueText("as the videos say; folders: 100")
        self.fps.setSuffix(" fps")
        self.fps.setValue(float(str(settings.value("import/fps", 0))))
        self.pattern = QComboBox()
        self.pattern.setEditable(True)
        self.pattern.addItems(PATTERNS)
        self.pattern.setCurrentText(str(settings.value("import/pattern", PATTERNS[0])))
        self.pattern.setAccessibleName("Pattern of a clip's path")
        self.preview = QTableWidget(0, 4)
        self.preview.setHorizontalHeaderLabels(["Clip", "Subject", "Emotion", "Where"])
        self.preview.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.preview.verticalHeader().hide()
        self.preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.preview.setMinimumHeight(110)
        self.preview.verticalHeader().setDefaultSectionSize(24)
        self.preview.setAccessibleName("Clips found")
        self.hint = QLabel()
        self.hint.setObjectName("hint")
        self.hint.setWordWrap(True)
        self.columns = {name: QComboBox() for name in FIELDS}
        self._columns_box = QWidget()
        grid = QGridLayout(self._columns_box)
        grid.setContentsMargins(0, 0, 0, 0)
        for place, (name, box) in enumerate(self.columns.items()):
            box.setAccessibleName(f"Column of {name}")
            grid.addWidget(QLabel(name.replace("_", " ").capitalize()), place // 2, 2 * (place % 2))
            grid.addWidget(box, place // 2, 2 * (place % 2) + 1)
            box.currentTextChanged.connect(self.changed)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Recorded at", self.fps)
        form.addRow("Clips lie as", self.pattern)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.hint)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self._columns_box)
        self.pattern.currentTextChanged.connect(self._show_preview)
        self.name.textChanged.connect(self.changed)
        self.show_headings([])

    @property
    def layout_said(self) -> Layout:
        """What was said, as the reading wants it."""
        chosen = {name: box.currentText() for name, box in self.columns.items() if box.currentIndex() > 0}
        columns = chosen if self._headings else {}
        return Layout(
            self.name.text().strip() or "own clips", self.fps.value(), self.pattern.currentText(), "", columns
        )

    def remember(self) -> None:
        """Have the same said next time."""
        said = self.layout_said
        self._settings.setValue("import/name", said.name)
        self._settings.setValue("import/fps", said.fps)
        self._settings.setValue("import/pattern", said.pattern)
        for name in FIELDS:
            self._settings.setValue(f"import/column/{name}", said.columns.get(name, ""))

    def show_folders(self, folders: list[FrameFolder]) -> None:
        """The clips found, for the preview."""
        self._folders = folders
        if not self.preview_fits(self.pattern.currentText()):
            fitting = next((pattern for pattern in PATTERNS if self.preview_fits(pattern)), "")
            self.pattern.setCurrentText(fitting or self.pattern.currentText())
        self._show_preview()

    def preview_fits(self, text: str) -> bool:
        """Whether any clip lies as a pattern says."""
        try:
            pattern = Pattern(text)
        except MerError:
            return False
        return any(pattern.match(folder.parts[1:]) for folder in self._folders)

    def show_headings(self, headings: list[str]) -> None:
        """The columns of a table to choose from; those chosen last time, or named in the usual way, are chosen."""
        self._headings = [heading for heading in headings if heading]
        self._columns_box.setVisible(bool(self._headings))
        usual = match_columns(self._headings, HEADINGS)
        for name, box in self.columns.items():
            box.clear()
            box.addItems([_NONE, *self._headings])
            last = str(self._settings.value(f"import/column/{name}", ""))
            if last in self._headings:
                box.setCurrentText(last)
            elif name in usual:
                box.setCurrentText(self._headings[usual[name]])

    def _show_preview(self) -> None:
        self.preview.setRowCount(0)
        try:
            pattern = Pattern(self.pattern.currentText())
        except MerError as error:
            self.hint.setText(str(error))
            self.changed.emit()
            return
        matches = [(folder, pattern.match(folder.parts[1:])) for folder in self._folders]
        fitting = [(folder, match) for folder, match in matches if match is not None]
        self.hint.setText(
            f"{len(fitting)} of {len(self._folders)} clips lie as the pattern says."
            if self._folders
            else "Choose the folder that holds the clips: they are shown here."
        )
        above = {folder.parts[1] for folder, _ in fitting if len(folder.parts) - 1 > pattern.depth}
        if above:
            self.hint.setText(f"{self.hint.text()} Folders above those of the pattern are not read: {_some(above)}.")
        self.preview.setRowCount(min(len(fitting), _PREVIEWED))
        for row, (folder, match) in enumerate(fitting[:_PREVIEWED]):
            where = Path(*folder.parts[1:]).as_posix()
            for column, text in enumerate((match["clip"], match.get("subject", ""), match.get("emotion", ""), where)):
                self.preview.setItem(row, column, QTableWidgetItem(text))
        self.changed.emit()


def _some(names: set[str]) -> str:
    """A few of them, in order."""
    return ", ".join(sorted(names)[:3]) + (" and more" if len(names) > 3 else "")
