"""The project's clips: which are coded, by whom they are, what they were called."""

from collections import Counter
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QLineEdit, QMenu, QTableView, QVBoxLayout, QWidget

from app.session import Session
from app.theme import colours
from mer_core.annotation import Annotation
from mer_core.endings import VIDEOS
from mer_core.errors import ProjectError
from mer_core.project import ClipRecord

_Index = QModelIndex | QPersistentModelIndex
_HEADERS = ("Clip", "Subject", "Emotion", "Marks")
_WIDTHS, _WITH_DATASET = (54, 72, 50), (94, 72, 50)  # of all columns but the first, which takes what is left
_NAMES = 96  # what the first has at least, where its names want it: they tell clips apart
_ID = Qt.ItemDataRole.UserRole


class ClipTable(QAbstractTableModel):
    """One row a clip."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._clips: list[ClipRecord] = []
        self._annotations: dict[int, list[Annotation]] = {}
        self.shared: set[str] = set()  # subjects' names that occur in more than one data set
        session.clips_changed.connect(self.read)
        session.project_changed.connect(self.read)

    def read(self) -> None:
        """Take the clips and annotations as they now are."""
        project = self._session.project
        annotations: dict[int, list[Annotation]] = {}
        try:
            clips = project.clips() if project else []
            for each in project.annotations(coder=self._session.coder) if project else []:
                annotations.setdefault(each.clip, []).append(each)
        except ProjectError as error:
            self._session.problem.emit(str(error))
            return
        if [clip.id for clip in clips] != [clip.id for clip in self._clips]:
            self.beginResetModel()
            self._take(clips, annotations)
            self.endResetModel()
            return
        before = [self._texts(clip) for clip in self._clips]
        self._take(clips, annotations)
        for row, clip in enumerate(clips):
            if self._texts(clip) != before[row]:  # typing notes must not lay out the list anew
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(_HEADERS) - 1))

    def _take(self, clips: list[ClipRecord], annotations: dict[int, list[Annotation]]) -> None:
        self._clips, self._annotations = clips, annotations
        people = Counter(subject for _, subject in {(clip.dataset, clip.subject) for clip in clips if clip.subject})
        self.shared = {subject for subject, count in people.items() if count > 1}

    def clip_at(self, row: int) -> ClipRecord:
        """The clip of a row."""
        return self._clips[row]

    def coded(self) -> int:
        """How many clips have an emotion and measurable marks."""
        return sum(
            any(each.emotion and each.marks.measurable for each in self._annotations.get(clip.id, []))
            for clip in self._clips
        )

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._clips)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEADERS[section]
        return None

    def _texts(self, clip: ClipRecord) -> tuple[str, str, str, str]:
        """What the columns show of a clip."""
        annotations = self._annotations.get(clip.id, [])
        emotions = ", ".join(each.emotion for each in annotations if each.emotion)
        subject = f"{clip.dataset}/{clip.subject}" if clip.subject in self.shared else clip.subject or "?"
        marks = _marks_text(annotations[0]) if annotations else ""
        return _title(clip.name), subject, emotions, f"{marks}+{more}" if (more := len(annotations) - 1) > 0 else marks

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        clip = self._clips[index.row()]
        annotations = self._annotations.get(clip.id, [])
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(clip)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            where = self._session.project.full_path(clip) if self._session.project else clip.path
            who = clip.subject or "subject not named (F2)"
            lines = [str(where), f"{clip.dataset} · {who} · {clip.frames} frames at {clip.fps:g} fps"]
            if len(annotations) > 1:
                lines += map(_expression_text, annotations)
            return "\n".join(lines)
        if role == Qt.ItemDataRole.ForegroundRole and not annotations:
            return QColor(colours().faint)
        if role == _ID:
            return clip.id
        return None


def _title(name: str) -> str:
    """A clip's name without a video's ending: what tells clips apart needs the room."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in VIDEOS else name


def _expression_text(annotation: Annotation) -> str:
    """What is coded of one of several expressions."""
    return f"Expression {annotation.expression}: {_marks_text(annotation)} {annotation.emotion}".strip()


def _marks_text(annotation: Annotation) -> str:
    """Which marks are set, as letters: OAF."""
    marks = annotation.marks
    letters = zip("OAF", (marks.onset, marks.apex, marks.offset), strict=True)
    return "".join(letter if index is not None else "·" for letter, index in letters)


class _Filter(QSortFilterProxyModel):
    """What matches; and always the clip shown, lest an edit of it makes another one the current."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:
        shown = self._session.clip
        if shown is not None and self.sourceModel().index(row, 0, parent).data(_ID) == shown.id:
            return True
        return super().filterAcceptsRow(row, parent)

    def matching(self) -> int:
        """How many clips match."""
        source = self.sourceModel()
        return sum(super(_Filter, self).filterAcceptsRow(row, QModelIndex()) for row in range(source.rowCount()))

    def look_again(self) -> None:
        """Another clip is shown: the former one stays only if it matches."""
        self.beginFilterChange()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)


class _Table(QTableView):
    """Letters are the window's keys, also where one of them does nothing at the moment."""

    def keyboardSearch(self, search: str) -> None:
        pass

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.make_room()

    def make_room(self) -> None:
        """Names have what the other columns leave, and more where they need it: then the rest scrolls."""
        header = self.horizontalHeader()
        others = sum(header.sectionSize(column) for column in range(1, header.count()))
        wanted = min(self.sizeHintForColumn(0), _NAMES)
        header.resizeSection(0, max(self.viewport().width() - others, wanted))


class ClipList(QWidget):
    """A list to choose clips from, with a filter over all its columns."""

    chosen = Signal(int)
    wanted_again = Signal()
    properties_wanted = Signal()  # of the clip chosen
    removal_wanted = Signal()
    location_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = ClipTable(session)
        self._shown = _Filter(session, self)
        self._shown.setSourceModel(self.model)
        self.filter = QLineEdit(placeholderText="Filter: name, subject, emotion")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAcceptDrops(False)
        self.filter.textChanged.connect(self._shown.setFilterFixedString)
        self.filter.textChanged.connect(lambda _: self._tell_count())
        self.table = _Table()
        self.table.setModel(self._shown)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # clips of a subject differ at their names' ends
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Clips")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMaximumSectionSize(260)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(40)
        self._set_widths(_WIDTHS)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._offer)
        self._count = QLabel()
        self._count.setObjectName("hint")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._count)
        self._wide = False
        session.clips_changed.connect(self._make_room)
        session.clips_changed.connect(self._tell_count)
        session.project_changed.connect(self._tell_count)
        session.clip_changed.connect(self._follow)
        session.clips_changed.connect(self._follow)
        # Queued: the list itself may be choosing the clip, and shall not lose rows meanwhile.
        session.clip_changed.connect(self._shown.look_again, Qt.ConnectionType.QueuedConnection)
        for changed in (self._shown.rowsInserted, self._shown.rowsRemoved, self._shown.modelReset):
            changed.connect(self._tell_count)
        self.table.clicked.connect(self._try_again)

    def step(self, by: int) -> None:
        """Choose the next or the previous clip of those listed."""
        row = self.table.currentIndex().row() + by
        if 0 <= row < self._shown.rowCount():
            self.table.selectRow(row)

    def row_of(self, clip_id: int) -> int:
        """The list row of a clip, -1 if it is not listed."""
        rows = range(self._shown.rowCount())
        return next((row for row in rows if self._shown.index(row, 0).data(_ID) == clip_id), -1)

    def _choose(self, current: QModelIndex) -> None:
        clip_id = current.data(_ID)
        if clip_id is not None and (self._session.clip is None or self._session.clip.id != clip_id):
            self.chosen.emit(clip_id)

    def _try_again(self, index: QModelIndex) -> None:
        """A click on the clip shown opens it again, should it have failed."""
        clip = self._session.clip
        if clip is not None and index.data(_ID) == clip.id:
            self.wanted_again.emit()

    def _follow(self) -> None:
        clip = self._session.clip
        if clip is None:
            self.table.clearSelection()
            return
        row = self.row_of(clip.id)
        if row >= 0 and row != self.table.currentIndex().row():
            self.table.selectRow(row)

    def _set_widths(self, widths: tuple[int, ...]) -> None:
        for column, width in enumerate(widths, 1):
            self.table.horizontalHeader().resizeSection(column, width)

    def _make_room(self) -> None:
        """For the data sets' names, once they are shown; the user's own widths stay otherwise."""
        wide = bool(self.model.shared)
        if wide != self._wide:
            self._wide = wide
            self._set_widths(_WITH_DATASET if wide else _WIDTHS)
        self.table.make_room()

    def _tell_count(self) -> None:
        total = self.model.rowCount()
        said = f"{self.model.coded()} of {total} clips coded" if total else "No clips yet: File › Open clip"
        self._count.setText(f"{said}, {self._shown.matching()} match" if self.filter.text() else said)

    def _offer(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if not index.isValid():
            return
        self.table.selectRow(index.row())
        menu = QMenu(self)
        menu.addAction("Subject and frame rate…", self.properties_wanted.emit)
        menu.addAction("Locate missing clips…", self.location_wanted.emit)
        menu.addAction("Remove from project", self.removal_wanted.emit)
        menu.exec(self.table.viewport().mapToGlobal(position))
        menu.deleteLater()
