"""The scrub bar: frames, the playhead, and onset, apex and offset to drag."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Colours, colours
from mer_core.annotation import Marks
from mer_core.annotation.annotation import MARK_NAMES, MarkName

if TYPE_CHECKING:
    import numpy as np

_RULER, _TRACK, _HANDLE, _BUFFER = 20, 30, 18, 3
_MARGIN = 14
_REACH = 7  # pixels within which a handle is caught
LETTERS: dict[MarkName, str] = {"onset": "O", "apex": "A", "offset": "F"}


class Timeline(QWidget):
    """Click or drag to scrub; drag a flag to move its mark; Ctrl+wheel zooms, wheel moves along."""

    sought = Signal(int)
    mark_dragged = Signal(str, int)
    mark_dropped = Signal(str)
    hinted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        self._frames = 0
        self._numbers: Sequence[int] = ()
        self._times: Sequence[float] | np.ndarray = ()
        self._index = 0
        self._marks = Marks()
        self._loaded = (0, -1)  # first and last frame in memory
        self._first, self._shown = 0.0, 1.0  # the part in view, in frames
        self._held: MarkName | None = None
        self._caught: list[MarkName] = []  # flags under the pointer; which of them moves, the first move says
        self._scrubbing = False
        self._hovered: MarkName | None = None

    def sizeHint(self) -> QSize:
        return QSize(400, _RULER + _TRACK + _HANDLE + _BUFFER + 6)

    # Values

    def set_clip(self, numbers: Sequence[int], times: Sequence[float] | np.ndarray) -> None:
        """Show a clip by its frames' own numbers and times in seconds; empty: none."""
        self._frames, self._numbers, self._times = len(numbers), numbers, times
        self._index, self._loaded = 0, (0, -1)
        self._first, self._shown = 0.0, float(max(1, self._frames))
        self.update()

    def set_index(self, index: int) -> None:
        """Move the playhead, and the view with it if it is zoomed."""
        self._index = index
        if not self._first <= index < self._first + self._shown:
            self._look_at(index - self._shown / 2)
        self.update()

    def set_marks(self, marks: Marks) -> None:
        """Show these marks."""
        self._marks = marks
        self.update()

    def set_loaded(self, first: int, last: int) -> None:
        """Which frames are in memory, around the playhead."""
        if self._loaded != (first, last):
            self._loaded = first, last
            self.update()

    # Geometry

    def x_of(self, index: float) -> float:
        """The middle of a frame's cell, in widget pixels."""
        return _MARGIN + (index + 0.5 - self._first) / self._shown * (self.width() - 2 * _MARGIN)

    def _index_at(self, x: float) -> int:
        index = math.floor((x - _MARGIN) / (self.width() - 2 * _MARGIN) * self._shown + self._first)
        return max(0, min(index, self._frames - 1))

    def handle_centre(self, name: MarkName) -> QPointF | None:
        """Where a mark's flag can be caught, in widget pixels; None while it is not marked."""
        index = self._marks.get(name)
        return None if index is None else QPointF(self.x_of(index), _RULER + _TRACK + _HANDLE / 2)

    def _marks_at(self, position: QPointF) -> list[MarkName]:
        """The marks whose flag is under the pointer, in their order: those of the nearest frame."""
        if position.y() < _RULER + _TRACK - 4:
            return []
        distance = {
            name: abs(centre.x() - position.x())
            for name in MARK_NAMES
            if (centre := self.handle_centre(name)) is not None and abs(centre.x() - position.x()) <= _REACH
        }
        nearest = min(distance.values(), default=0)
        return [name for name, far in distance.items() if far == nearest]

    def _look_at(self, first: float) -> None:
        self._first = max(0.0, min(first, self._frames - self._shown))
        self.update()

    # Events

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = self._first + (event.position().x() - _MARGIN) / (self.width() - 2 * _MARGIN) * self._shown
            shown = self._shown * math.pow(0.998, turned)
            shown = max(min(12.0, self._frames), min(shown, float(max(1, self._frames))))
            part = (at - self._first) / self._shown
            self._shown = shown
            self._look_at(at - part * shown)
        else:
            self._look_at(self._first - turned / 120 * self._shown / 8)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._frames:
            return
        self._caught = self._marks_at(event.position())
        self._held = self._caught[0] if len(self._caught) == 1 else None
        if self._caught:
            index = self._marks.get(self._caught[0])
            if index is not None:
                self.sought.emit(index)
        else:
            self._scrubbing = True
            self.sought.emit(self._index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._frames:
            return
        index = self._index_at(event.position().x())
        if self._caught and not self._held:
            here = self._marks.get(self._caught[0])
            if index == here or here is None:
                return
            self._held = self._caught[-1] if index > here else self._caught[0]
        if self._held:
            first, last = self._marks.room(self._held, self._frames)
            index = max(first, min(index, last))
            if index != self._marks.get(self._held):
                self.mark_dragged.emit(self._held, index)
                self.sought.emit(index)
        elif self._scrubbing:
            self.sought.emit(index)
        else:
            under = self._marks_at(event.position())
            self._hover(under[0] if under else None, index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        held, self._held, self._scrubbing, self._caught = self._held, None, False, []
        if held:
            self.mark_dropped.emit(held)

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self.hinted.emit("")
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _hover(self, name: MarkName | None, index: int) -> None:
        self._hovered = name
        self.setCursor(Qt.CursorShape.SizeHorCursor if name else Qt.CursorShape.ArrowCursor)
        hint = f"Frame {self._numbers[index]}, {self._times[index] * 1000:.0f} ms"
        self.hinted.emit(f"Drag to move the {name}" if name else hint)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = colours()
        track = QRectF(_MARGIN, _RULER, self.width() - 2 * _MARGIN, _TRACK)
        painter.fillRect(track, QColor(c.base))
        painter.setPen(QColor(c.line))
        painter.drawRect(track)
        if not self._frames:
            return
        self._paint_ruler(painter, c)
        self._paint_buffer(painter, c)
        self._paint_span(painter, c)
        for name in MARK_NAMES:
            self._paint_mark(painter, c, name)
        self._paint_playhead(painter, c)

    def _paint_ruler(self, painter: QPainter, c: Colours) -> None:
        metrics = QFontMetricsF(self.font())
        cell = (self.width() - 2 * _MARGIN) / self._shown
        widest = metrics.horizontalAdvance(str(self._numbers[-1])) + 14
        step = next(s for s in (m * 10**e for e in range(9) for m in (1, 2, 5)) if s * cell >= widest)
        first = max(0, math.floor(self._first))
        last = min(self._frames - 1, math.ceil(self._first + self._shown))
        if cell >= 5:  # cells wide enough to tell frames apart
            painter.setPen(QPen(QColor(c.line), 0.5))
            for index in range(first, last + 1):
                x = self.x_of(index - 0.5)
                painter.drawLine(QPointF(x, _RULER + _TRACK - 6), QPointF(x, _RULER + _TRACK))
        numbers = self._numbers
        for number in range(-(-numbers[first] // step) * step, numbers[last] + 1, step):
            index = bisect_left(numbers, number)
            if numbers[index] == number:  # else it is missing
                x = self.x_of(index)
                painter.setPen(QColor(c.faint))
                painter.drawLine(QPointF(x, _RULER - 4), QPointF(x, _RULER))
                painter.drawText(QRectF(x - 50, 0, 100, _RULER - 4), int(Qt.AlignmentFlag.AlignCenter), str(number))

    def _paint_buffer(self, painter: QPainter, c: Colours) -> None:
        """What of the clip is in memory; gone when all of it is."""
        first, last = self._loaded
        if (first, last) != (0, self._frames - 1):
            left, right = self.x_of(first - 0.5), self.x_of(last + 0.5)
            strip = QRectF(left, _RULER + _TRACK - _BUFFER, max(0, right - left), _BUFFER)
            painter.fillRect(strip & QRectF(_MARGIN, 0, self.width() - 2 * _MARGIN, self.height()), QColor(c.accent))

    def _paint_span(self, painter: QPainter, c: Colours) -> None:
        """The expression from onset to offset, steeper up to the apex as the movement itself."""
        marks, top, bottom = self._marks, _RULER + 5, _RULER + _TRACK - 1
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
        painter.setClipRect(QRectF(_MARGIN, _RULER, self.width() - 2 * _MARGIN, _TRACK))
        painter.drawPolygon(QPolygonF(outline))
        painter.setClipping(False)

    def _paint_mark(self, painter: QPainter, c: Colours, name: MarkName) -> None:
        index = self._marks.get(name)
        if index is None or not self._first - 0.5 <= index <= self._first + self._shown:
            return
        colour = QColor({"onset": c.onset, "apex": c.apex, "offset": c.offset}[name])
        x, foot = self.x_of(index), _RULER + _TRACK
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(x, _RULER), QPointF(x, foot + 2))
        wide = 9 if name in (self._held, self._hovered) else 8
        flag = QPolygonF(
            [
                QPointF(x, foot),
                QPointF(x + wide, foot + 5),
                QPointF(x + wide, foot + _HANDLE),
                QPointF(x - wide, foot + _HANDLE),
                QPointF(x - wide, foot + 5),
            ]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(flag)
        painter.setPen(QColor("#101215" if name == "onset" else "#ffffff"))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(x - 9, foot + 3, 18, _HANDLE - 3), int(Qt.AlignmentFlag.AlignCenter), LETTERS[name])
        font.setBold(False)
        painter.setFont(font)

    def _paint_playhead(self, painter: QPainter, c: Colours) -> None:
        x = self.x_of(self._index)
        if not _MARGIN <= x <= self.width() - _MARGIN:
            return
        painter.setPen(QPen(QColor(c.text), 1.5))
        painter.drawLine(QPointF(x, _RULER - 3), QPointF(x, _RULER + _TRACK))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.text))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, _RULER - 8), QPointF(x + 5, _RULER - 8), QPointF(x, _RULER)]))
