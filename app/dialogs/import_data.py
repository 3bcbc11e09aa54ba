"""Importing a data set: what from where, the reading with its progress, what was found, and then the import."""

import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import Worker
from app.dialogs.import_result import ImportResult
from app.dialogs.import_source import OWN, ImportSource
from mer_core.datasets.coding import headings_of
from mer_core.datasets.dataset import DataSet
from mer_core.datasets.folders import frame_folders
from mer_core.datasets.found import Reading
from mer_core.datasets.read import read_dataset
from mer_core.datasets.registry import detect
from mer_core.errors import Cancelled, MerError
from mer_core.project import Change, Project
from mer_core.project.importing import Difference, difference


class ImportDialog(QDialog):
    """Reads in the background and changes nothing: `wanted` says what the user decided to import."""

    wanted = Signal(str, list, object)  # what the edit is called, changes, the report
    _progressed = Signal(int, int, str)

    def __init__(self, project: Project, settings: QSettings, parent: QWidget, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import data set")
        self.resize(820, 700)
        self._project = project.folder
        self._coder = project.coder
        self._worker = Worker("import", self)
        self._given_up = threading.Event()
        self._found: tuple[Reading, Difference] | None = None
        self.source = ImportSource(settings, project.coder)
        self.outcome = ImportResult()
        self.progress_text = QLabel("Reading…")
        self.progress_text.setWordWrap(True)
        self.bar = QProgressBar()
        reading = QWidget()
        column = QVBoxLayout(reading)
        column.addStretch()
        column.addWidget(self.progress_text)
        column.addWidget(self.bar)
        column.addStretch()
        self._reading = reading
        self.pages = QStackedWidget()
        for page in (self.source, reading, self.outcome):
            self.pages.addWidget(page)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.back = QPushButton("Back")
        self.read_button = QPushButton("Read")
        self.import_button = QPushButton("Import")
        buttons.addButton(self.back, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.read_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.import_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self._cancel)
        self.back.clicked.connect(lambda: self._show_page(self.source))
        self.read_button.clicked.connect(self.read)
        self.import_button.clicked.connect(self._import)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.source.folder_chosen.connect(self._look_at)
        self.source.coding_chosen.connect(self._look_at_table)
        self.source.changed.connect(self._show_buttons)
        self._progressed.connect(self._show_progress)
        self.finished.connect(self._stop)
        self._show_page(self.source)
        if folder is not None:
            self.source.folder.setText(str(folder))
            self._look_at(folder)

    def read(self) -> None:
        """Read what was chosen, in the background."""
        folder = self.source.path
        try:
            dataset = self.source.chosen
        except MerError as error:
            self._say(str(error))
            return
        if folder is None:
            return
        self.source.remember()
        source, project = self.source, self._project
        coder = self._coder if source.take_over.isChecked() else ""
        middle = not dataset.apex_coded and source.middle_apex.isChecked()
        options: dict[str, Any] = {
            "coding_file": source.coding_file,
            "kind": source.kind.currentData() or "" if not source.is_own else "",
            "macro": source.macro.isChecked(),
            "progress": self._progress,
        }

        def work() -> tuple[Reading, Difference]:
            reading = read_dataset(dataset, folder, **options)
            with Project.open(project) as opened:
                return reading, difference(opened, reading, coder=coder, middle_apex=middle)

        self._given_up.clear()
        self._show_progress(0, 0, "Reading…")
        self._show_page(self._reading)
        self._worker.submit("read", work, self._show_found, self._refuse)

    @property
    def busy(self) -> bool:
        """Whether something is read."""
        return self._worker.busy

    def _progress(self, done: int, total: int, text: str) -> None:
        """Called by the reading thread."""
        if self._given_up.is_set():
            raise Cancelled
        self._progressed.emit(done, total, text)

    def _show_progress(self, done: int, total: int, text: str) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.progress_text.setText(text)

    def _show_found(self, found: tuple[Reading, Difference]) -> None:
        self._found = found
        self.outcome.show_result(*found)
        self._show_page(self.outcome)

    def _refuse(self, sentence: str) -> None:
        self._show_page(self.source)
        self._say(sentence)

    def _import(self) -> None:
        if self._found is None:
            return
        reading, compared = self._found
        if self.source.is_own:
            self.source.own.remember()
        changes: list[Change] = compared.changes(self.outcome.chosen)
        self.accept()
        self.wanted.emit(compared.action, changes, reading.report)

    def _cancel(self) -> None:
        """While reading: back to what to read; else close."""
        if self.pages.currentWidget() is self._reading:
            self._given_up.set()
            self._worker.forget()
            self._show_page(self.source)
        else:
            self.reject()

    def _stop(self) -> None:
        self._given_up.set()
        self._worker.stop()

    def _show_page(self, page: QWidget) -> None:
        self.problem.hide()
        self.pages.setCurrentWidget(page)
        self._show_buttons()

    def _show_buttons(self) -> None:
        page = self.pages.currentWidget()
        self.read_button.setVisible(page is self.source)
        self.read_button.setEnabled(self.source.ready)
        self.back.setVisible(page is self.outcome)
        self.import_button.setVisible(page is self.outcome)
        self.import_button.setEnabled(self._found is not None and bool(self._found[1].items))
        (self.import_button if page is self.outcome else self.read_button).setDefault(True)

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()

    # What the folder and the table say of themselves

    def _look_at(self, folder: Path) -> None:
        """Which data set it is, or which clips lie in it."""

        def work() -> tuple[DataSet | None, list[Any]]:
            known = detect(folder)
            return known, [] if known else frame_folders(folder, self._progress)[0]

        def then(seen: tuple[DataSet | None, list[Any]]) -> None:
            known, folders = seen
            self.source.choose_set(known.name if known else OWN)
            self.source.say(f"This is {known.title}." if known else "This is none of the data sets known by name.")
            self.source.own.show_folders(folders)

        self._given_up.clear()
        self.source.say("Looking at the folder…")
        self._worker.submit("look", work, then, self._say)

    def _look_at_table(self, file: Path | None) -> None:
        """The columns of an own table."""
        if file is None:
            self.source.own.show_headings([])
        elif self.source.is_own:
            self._worker.submit("table", lambda: headings_of(file), self.source.own.show_headings, self._say)
