"""The reports of a project's imports, to look at again."""

from datetime import datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from app.dialogs.report_view import ReportView
from mer_core.datasets.found import ImportReport


class ImportReports(QDialog):
    """A list of imports, newest first, and the report of the one chosen."""

    def __init__(self, reports: list[tuple[str, ImportReport]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import reports")
        self.resize(QSize(860, 560))
        self._reports = reports
        self.list = QListWidget()
        self.list.setMaximumWidth(240)
        self.list.setAccessibleName("Imports")
        self.view = ReportView()
        for at, report in reports:
            local = datetime.fromisoformat(at).astimezone()
            self.list.addItem(f"{report.title}\n{local:%d %B %Y, %H:%M}")
        self.list.currentRowChanged.connect(self._show)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.view, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(row, 1)
        layout.addWidget(buttons)
        if reports:
            self.list.setCurrentRow(0)
        else:
            self.view.show_text("Nothing was imported into this project yet: File › Import data set…")

    def _show(self, row: int) -> None:
        if row >= 0:
            self.view.show_report(self._reports[row][1])
