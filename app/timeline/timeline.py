"""The scrub bar: frames over the motion curve, the playhead, and onset, apex and offset to drag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.spotting.offer import Offer
from app.theme import Colours, colours
from app.timeline.curve import Curve, CurvePainter
from app.timeline.flags import LETTERS, paint_flag, paint_ghost
from app.timeline.geometry import BUFFER, FOOT, HANDLE, MARGIN, RULER, TRACK, Geometry
from app.timeline.ruler import paint_memory, paint_ruler, paint_search
from mer_core.annotation import Marks
from mer_core.annotation.annotation import MARK_NAMES, MarkName

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LETTERS", "Candidate", "Timeline"]
_REACH = 7  # pixels within which a handle is caught


@dataclass(frozen=True)
class Candidate:
    """A movement that was found: its first and last frame index."""

    first: int
    last: int
    kind: Literal["micro", "macro", "open"]
    chosen: bool


@dataclass(frozen=True)
class _Ground:
    """A picture, and the colours, size and pixels a point that it was drawn for."""

    picture: QPixmap
    drawn_for: tuple[Colours, QSize, float]


class Timeline(QWidget):
    """Click or drag to scrub; drag a flag to move its mark; Ctrl+wheel zooms, wheel moves along.

    A ghost is a mark that is suggested: dragged, it becomes a mark. The clip's other expressions are bars at the foot
    of the track; a double click chooses one.
    """

    sought = Signal(int)
    mark_dragged = Signal(str, int)
    mark_dropped = Signal(str)
    expression_wanted = Signal(int)  # another expression of the clip, by its number
    hinted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        self._geometry = Geometry()
        self._curve = CurvePainter()
        self._numbers: Sequence[int] = ()
        self._times: Sequence[float] | np.ndarray = ()
        self._index = 0
        self._marks = Marks()
        self._others: Mapping[int, Marks] = {}  # the clip's other expressions, by their numbers
        self._ghosts: dict[MarkName, Offer] = {}
        self._candidates: Sequence[Candidate] = ()
        self._searched = 0.0
        self._loaded = (0, -1)  # first and last frame in memory
        self._held: MarkName | None = None
        self._caught: list[MarkName] = []  # flags under the pointer; which of them moves, the first move says
        self._scrubbing = False
        self._hovered: MarkName | None = None
        self._ground: _Ground | None = None  # all but the playhead, drawn once: it stays the same while one scrubs

    def sizeHint(self) -> QSize:
        return QSize(400, RULER + TRACK + HANDLE + BUFFER + 6)

    # Values

    def set_clip(self, numbers: Sequence[int], times: Sequence[float] | np.ndarray) -> None:
        """Show a clip by its frames' own numbers and times in seconds; empty: none."""
        self._numbers, self._times = numbers, times
        self._index, self._loaded = 0, (0, -1)
        self._geometry.fit(len(numbers))
        self._draw_anew()

    def set_index(self, index: int) -> None:
        """Move the playhead, and the view with it if it is zoomed."""
        self._index = index
        if self._geometry.follow(index):
            self._draw_anew()
        self.update()

    def set_marks(self, marks: Marks, others: Mapping[int, Marks] | None = None) -> None:
        """Show these marks, and where the clip's other expressions are, by their numbers."""
        self._marks, self._others = marks, others or {}
        self._draw_anew()

    def set_ghosts(self, ghosts: dict[MarkName, Offer]) -> None:
        """Show these suggested marks; they are not shown where a mark is."""
        self._ghosts = dict(ghosts)
        self._draw_anew()

    def set_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show where movements were found."""
        self._candidates = tuple(candidates)
        self._draw_anew()

    def set_curve(self, curve: Curve | None) -> None:
        """Lay this curve under the frames; None: none."""
        self._curve.curve = curve
        self._draw_anew()

    def choose_curve(self, region: str, *, visible: bool) -> None:
        """Draw the curve of a region over that of the whole face, or no curve at all."""
        self._curve.region, self._curve.visible = region, visible
        self._draw_anew()

    def set_searched(self, done: float) -> None:
        """How far the search for movements is, 0 to 1; 0: none is under way."""
        self._searched = done
        self._draw_anew()

    def set_loaded(self, first: int, last: int) -> None:
        """Which frames are in memory, around the playhead."""
        if self._loaded != (first, last):
            self._loaded = first, last
            self._draw_anew()

    # Geometry

    def x_of(self, index: float) -> float:
        """The middle of a frame's cell, in widget pixels."""
        return self._geometry.x_of(index)

    def index_at(self, x: float) -> int:
        """The frame at a place, in widget pixels."""
        return self._geometry.index_at(x)

    def handle_centre(self, name: MarkName) -> QPointF | None:
        """Where a mark's flag, or its ghost, can be caught, in widget pixels; None while there is neither."""
        index = self._place(name)
        return None if index is None else QPointF(self.x_of(index), FOOT + HANDLE / 2)

    def other_bar(self, number: int) -> QRectF | None:
        """Where another expression of the clip is drawn, in widget pixels; None where nothing of it is marked."""
        places = [index for name in MARK_NAMES if (index := self._others[number].get(name)) is not None]
        if not places:
            return None
        left, right = self.x_of(places[0]), self.x_of(places[-1])
        middle, half = (left + right) / 2, max(3.0, (right - left) / 2)
        return QRectF(middle - half, FOOT - BUFFER - 6, 2 * half, 5)

    def _other_at(self, position: QPointF) -> int | None:
        """The other expression under the pointer."""
        bars = {number: bar for number in self._others if (bar := self.other_bar(number)) is not None}
        return next((number for number, bar in bars.items() if bar.adjusted(-2, -3, 2, 2).contains(position)), None)

    def _place(self, name: MarkName) -> int | None:
        index = self._marks.get(name)
        if index is None and name in self._ghosts:
            return self._ghosts[name].index
        return index

    def _marks_at(self, position: QPointF) -> list[MarkName]:
        """The marks whose flag is under the pointer, in their order: those of the nearest frame."""
        if position.y() < FOOT - 4:
            return []
        distance = {
            name: abs(centre.x() - position.x())
            for name in MARK_NAMES
            if (centre := self.handle_centre(name)) is not None and abs(centre.x() - position.x()) <= _REACH
        }
        nearest = min(distance.values(), default=0)
        return [name for name, far in distance.items() if far == nearest]

    # Events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            under = self._marks_at(QPointF(event.pos()))
            ghost = self._ghost(under[0]) if under else None
            QToolTip.showText(event.globalPos(), _tip(under[0], ghost) if ghost else "", self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._geometry.width = float(self.width())
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._geometry.zoom(turned, event.position().x())
        else:
            self._geometry.move(turned)
        self._draw_anew()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._numbers:
            return
        self._caught = self._marks_at(event.position())
        self._held = self._caught[0] if len(self._caught) == 1 else None
        if self._caught:
            self._draw_anew()
            index = self._place(self._caught[0])
            if index is not None:
                self.sought.emit(index)
        else:
            self._scrubbing = True
            self.sought.emit(self._geometry.index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._numbers:
            return
        index = self._geometry.index_at(event.position().x())
        if self._caught and not self._held:
            here = self._place(self._caught[0])
            if index == here or here is None:
                return
            self._held = self._caught[-1] if index > here else self._caught[0]
        if self._held:
            first, last = self._marks.room(self._held, len(self._numbers))
            index = max(first, min(index, last))
            if index != self._place(self._held):
                self.mark_dragged.emit(self._held, index)
                self.sought.emit(index)
        elif self._scrubbing:
            self.hinted.emit(self._hint(None, index))
            self.sought.emit(index)
        else:
            under = self._marks_at(event.position())
            self._hover(under[0] if under else None, index, self._other_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._scrubbing:
            self.hinted.emit("")  # keys may go on from here while the pointer rests
        held, self._held, self._scrubbing, self._caught = self._held, None, False, []
        self._draw_anew()
        if held and self._marks.get(held) is not None:
            self.mark_dropped.emit(held)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        other = self._other_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and other is not None and not self._marks_at(event.position()):
            self.expression_wanted.emit(other)
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self.hinted.emit("")
        self._widen(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _hover(self, name: MarkName | None, index: int, other: int | None = None) -> None:
        self.setCursor(Qt.CursorShape.SizeHorCursor if name else Qt.CursorShape.ArrowCursor)
        on_other = other is not None and name is None
        self.hinted.emit(f"Expression {other}: a double click chooses it" if on_other else self._hint(name, index))
        self._widen(name)

    def _widen(self, name: MarkName | None) -> None:
        """Draw the flag under the pointer wider than the others."""
        if self._hovered != name:
            self._hovered = name
            self._draw_anew()

    def _hint(self, name: MarkName | None, index: int) -> str:
        if name is not None and self._ghost(name) is not None:
            return f"Suggested {name}: Enter accepts, Delete refuses, drag to correct"
        if name is not None:
            return f"Drag to move the {name}"
        hint = f"Frame {self._numbers[index]}, {self._times[index] * 1000:.0f} ms"
        curve = self._curve.shown
        if curve is None:
            return hint
        region = self._curve.region if self._curve.region in curve.values else next(iter(curve.values))
        return f"{hint}, {region} moved by {curve.at(region, index):.2f} px"

    def _ghost(self, name: MarkName) -> Offer | None:
        return self._ghosts.get(name) if self._marks.get(name) is None else None

    # Painting

    def _draw_anew(self) -> None:
        self._ground = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        c, size, ratio = colours(), self.size(), self.devicePixelRatioF()
        if self._ground is None or self._ground.drawn_for != (c, size, ratio):
            picture = QPixmap(size * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = self._painter(picture)
            self._paint_ground(painter, c)
            painter.end()
            self._ground = _Ground(picture, (c, size, ratio))
        painter = self._painter(self)
        painter.drawPixmap(0, 0, self._ground.picture)
        if self._numbers:
            self._paint_playhead(painter, c)

    def _painter(self, device: QWidget | QPixmap) -> QPainter:
        painter = QPainter(device)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _paint_ground(self, painter: QPainter, c: Colours) -> None:
        geometry = self._geometry
        painter.fillRect(geometry.track, QColor(c.base))
        painter.setPen(QColor(c.line))
        painter.drawRect(geometry.track)
        if not self._numbers:
            return
        self._curve.paint(painter, c, geometry, self._marks)
        paint_ruler(painter, c, geometry, self._numbers)
        paint_memory(painter, c, geometry, self._loaded)
        paint_search(painter, c, geometry, self._searched)
        self._paint_candidates(painter, c)
        if self._curve.shown is None:
            self._paint_span(painter, c)
        self._paint_others(painter, c)
        for name in MARK_NAMES:
            index = self._place(name)
            if index is not None and geometry.sees(index):
                paint = paint_flag if self._ghost(name) is None else paint_ghost
                paint(painter, c, name, self.x_of(index), wide=name in (self._held, self._hovered))

    def _paint_candidates(self, painter: QPainter, c: Colours) -> None:
        """A bar at the top of the track for each movement found: micro-expressions in the apex's colour."""
        for each in self._candidates:
            left, right = self.x_of(each.first), self.x_of(each.last)
            middle, half = (left + right) / 2, max(2.0, (right - left) / 2)
            bar = QRectF(middle - half, RULER + 2, 2 * half, 4 if each.chosen else 2)
            painter.fillRect(bar & self._geometry.track, QColor(c.faint if each.kind == "macro" else c.apex))

    def _paint_others(self, painter: QPainter, c: Colours) -> None:
        """A bar for each of the clip's other expressions, its apex a notch in it."""
        painter.setClipRect(self._geometry.track)
        for number, marks in self._others.items():
            bar = self.other_bar(number)
            if bar is None:
                continue
            painter.setPen(QPen(QColor(c.base), 1))
            painter.setBrush(QColor(c.faint))
            painter.drawRoundedRect(bar, 2, 2)
            if marks.apex is not None:
                x = self.x_of(marks.apex)
                painter.fillRect(QRectF(x - 1, bar.top(), 2, bar.height()), QColor(c.apex))
        painter.setClipping(False)

    def _paint_span(self, painter: QPainter, c: Colours) -> None:
        """The expression from onset to offset, steeper up to the apex as the movement itself."""
        marks, top, bottom = self._marks, RULER + 5, FOOT - 1
        points = [
            (index, height)
            for index, height in ((marks.onset, 0), (marks.apex, 1), (marks.offset, 0))
            if index is not None
        ]
        if len(points) < 2:
            return
        outline = [QPointF(self.x_of(i), bottom if not height else top) for i, height in points]
        outline += [QPointF(outline[-1].x(), bottom), QPointF(outline[0].x(), bottom)]
        colour = QColor(c.apex)
        colour.setAlpha(70)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setClipRect(self._geometry.track)
        painter.drawPolygon(QPolygonF(outline))
        painter.setClipping(False)

    def _paint_playhead(self, painter: QPainter, c: Colours) -> None:
        x = self.x_of(self._index)
        if not MARGIN <= x <= self.width() - MARGIN:
            return
        painter.setPen(QPen(QColor(c.text), 1.5))
        painter.drawLine(QPointF(x, RULER - 3), QPointF(x, FOOT))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.text))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, RULER - 8), QPointF(x + 5, RULER - 8), QPointF(x, RULER)]))


def _tip(name: MarkName, ghost: Offer) -> str:
    within = {"onset": 6, "apex": 3, "offset": 6}[name]
    return (
        f"Suggested {name}: {ghost.confidence:.0%} sure that the true one lies within {within} frames.\n"
        "Enter accepts, Delete refuses, dragging corrects it."
    )
