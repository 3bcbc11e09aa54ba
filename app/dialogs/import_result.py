"""What an import found and would change, with a tick at each change."""

from collections import defaultdict

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.dialogs.report_view import ReportView
from mer_core.datasets.found import Reading
from mer_core.project.importing import Difference, Item

_TITLES = {
    "clip": "New clips",
    "expression": "New expressions in known clips",
    "changed": "Changed in the coding",
    "gone": "No longer in the coding",
    "changed clip": "Clips",
    "edited": "Edited by you: kept unless ticked",
}


class ImportResult(QWidget):
    """The report above, the differences to the project below."""

    def __init__(self) -> None:
        super().__init__()
        self.report = ReportView()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Take", "What"])
        self.tree.setAccessibleName("Changes to take")
        self.tree.setUniformRowHeights(True)
        self.tree.setColumnWidth(0, 260)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.sentence)
        column.addWidget(self.tree, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.report)
        splitter.addWidget(lower)
        splitter.setSizes([330, 220])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def show_result(self, reading: Reading, difference: Difference) -> None:
        """Show what was found."""
        self.report.show_report(reading.report)
        self.tree.clear()
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in difference.items:
            groups[item.kind].append(item)
        for kind, title in _TITLES.items():
            if groups[kind]:
                self._add_group(f"{title} ({len(groups[kind])})", groups[kind], expanded=kind != "clip")
        self.tree.setVisible(bool(difference.items))
        self.sentence.setText(
            "Nothing is changed before Import is pressed; the import can be undone as one step."
            if difference.items
            else "The project holds all of it already: there is nothing to change."
        )

    @property
    def chosen(self) -> list[Item]:
        """The items ticked."""
        found = []
        for place in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(place)
            if group is None:
                continue
            for row in range(group.childCount()):
                entry = group.child(row)
                if entry.checkState(0) == Qt.CheckState.Checked:
                    found.append(entry.data(0, Qt.ItemDataRole.UserRole))
        return found

    def _add_group(self, title: str, items: list[Item], expanded: bool) -> None:
        group = QTreeWidgetItem([title])
        group.setFlags(group.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
        entries = []
        for item in items:
            entry = QTreeWidgetItem([item.clip, item.text])
            entry.setToolTip(1, item.text)
            entry.setData(0, Qt.ItemDataRole.UserRole, item)
            entry.setCheckState(0, Qt.CheckState.Checked if item.by_default else Qt.CheckState.Unchecked)
            entries.append(entry)
        group.addChildren(entries)
        self.tree.addTopLevelItem(group)
        group.setExpanded(expanded)
