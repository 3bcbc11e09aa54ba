"""The movements found in the clip, to go to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.panels.passing_button import PassingButton
from app.spotting.suggesting import Suggesting
from app.theme import colours
from mer_core.spotting.suggestion import Suggestion

_MOST = 500  # rows; more would hold up the window
_HEADERS = ("Apex", "Kind", "ms", "px", "Where", "Sure", "")
_TIPS = (
    "The frame of the strongest movement",
    "A micro-expression lasts less than half a second; of an open one beginning or end is not seen",
    "From onset to offset",
    "How far the tenth of the face that moves most does so, in pixels of the source",
    "The region that moves most; left and right are the person's, as in FACS",
    "How probable it is that the true apex lies within 3 frames of this one",
    "✓ marked, ✕ refused",
)


class Movements(QWidget):
    """One row a movement; a click goes there and suggests its marks."""

    def __init__(self, desk: Desk, suggesting: Suggesting, suggest_again: QAction) -> None:
        super().__init__()
        self._desk, self._suggesting = desk, suggesting
        self._rows: tuple[Suggestion, ...] = ()
        self.table = QTableWidget(0, len(_HEADERS))
        self.table.setHorizontalHeaderLabels(_HEADERS)
        for column, tip in enumerate(_TIPS):
            self.table.model().setHeaderData(column, Qt.Orientation.Horizontal, tip, Qt.ItemDataRole.ToolTipRole)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Movements")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        self._say = QLabel()
        self._say.setObjectName("hint")
        self._say.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.table, 1)
        below = QHBoxLayout()
        below.addWidget(self._say, 1)
        below.addWidget(PassingButton(suggest_again), 0, Qt.AlignmentFlag.AlignRight)
        layout.addLayout(below)
        self.table.cellClicked.connect(lambda row, _: suggesting.go_to(self._rows[row]))
        suggesting.changed.connect(self._fill)
        suggesting.spotter.progressed.connect(lambda _: self._explain())
        self._fill()

    def _fill(self) -> None:
        found = self._suggesting.movements
        surest = sorted(found, key=lambda each: -each.confidence)[:_MOST]
        rows = tuple(sorted(surest, key=lambda each: each.apex))
        if rows != self._rows or self.table.rowCount() != len(rows):
            self._rows = rows
            self.table.setRowCount(len(rows))
            for row, movement in enumerate(rows):
                for column, text in enumerate(self._texts(movement)):
                    item = QTableWidgetItem(text)
                    if column in (0, 2, 3, 5):
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    if column == 1 and movement.kind == "micro":
                        item.setForeground(QColor(colours().apex))
                    self.table.setItem(row, column, item)
        for row, movement in enumerate(rows):
            state = self.table.item(row, len(_HEADERS) - 1)
            if state is not None:
                refused = self._suggesting.is_refused(movement)
                state.setText("✕" if refused else "✓" if self._suggesting.is_done(movement) else "")
            if movement == self._suggesting.chosen and self.table.currentRow() != row:
                self.table.setCurrentCell(row, 0)
        if self._suggesting.chosen is None:
            self.table.setCurrentCell(-1, -1)
        self._explain()

    def _texts(self, movement: Suggestion) -> tuple[str, ...]:
        where = movement.regions[0] if movement.regions else ""
        number = self._desk.media.number(movement.apex)
        duration = f"{movement.seconds * 1000:.0f}" + ("+" if movement.onset is None or movement.offset is None else "")
        return f"{number}", movement.kind, duration, f"{movement.pixels:.2f}", where, f"{movement.confidence:.0%}", ""

    def _explain(self) -> None:
        spotter = self._suggesting.spotter
        found = len(self._suggesting.movements)
        text = f"The {_MOST} surest of {found}." if found > _MOST else ""
        if not self._rows:
            text = "Movements found in the clip are listed here."
            if spotter.running:
                text = "Looking for movements…"
            elif spotter.spotted is not None:
                text = "Nothing moves here that stands out from noise, blinks and the head's own motion."
        self._say.setText(text)
        self._say.setVisible(bool(text))
