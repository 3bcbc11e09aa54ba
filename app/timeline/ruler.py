"""Frame numbers above the track, and what of the clip is in memory below it."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.theme import Colours
from app.timeline.geometry import BUFFER, FOOT, RULER, Geometry


def paint_ruler(painter: QPainter, c: Colours, geometry: Geometry, numbers: Sequence[int]) -> None:
    """The source's own numbers, as many as there is room for; ticks where frames are wide enough to tell apart."""
    widest = QFontMetricsF(painter.font()).horizontalAdvance(str(numbers[-1])) + 14
    step = next(s for s in (m * 10**e for e in range(9) for m in (1, 2, 5)) if s * geometry.cell >= widest)
    first, last = geometry.in_view()
    if geometry.cell >= 5:
        painter.setPen(QPen(QColor(c.line), 0.5))
        for index in range(first, last + 1):
            x = geometry.x_of(index - 0.5)
            painter.drawLine(QPointF(x, FOOT - 6), QPointF(x, FOOT))
    for number in range(-(-numbers[first] // step) * step, numbers[last] + 1, step):
        index = bisect_left(numbers, number)
        if numbers[index] == number:  # else it is missing
            x = geometry.x_of(index)
            painter.setPen(QColor(c.faint))
            painter.drawLine(QPointF(x, RULER - 4), QPointF(x, RULER))
            painter.drawText(QRectF(x - 50, 0, 100, RULER - 4), int(Qt.AlignmentFlag.AlignCenter), str(number))


def paint_memory(painter: QPainter, c: Colours, geometry: Geometry, loaded: tuple[int, int]) -> None:
    """What of the clip is in memory; gone when all of it is."""
    first, last = loaded
    if (first, last) != (0, geometry.frames - 1):
        left, right = geometry.x_of(first - 0.5), geometry.x_of(last + 0.5)
        strip = QRectF(left, FOOT - BUFFER, max(0, right - left), BUFFER)
        painter.fillRect(strip & geometry.track, QColor(c.accent))


def paint_search(painter: QPainter, c: Colours, geometry: Geometry, done: float) -> None:
    """How far the search for movements is, 0 to 1: a thin line along the track's top; gone when it has ended."""
    if 0 < done < 1:
        track = geometry.track
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * done, 2), QColor(c.faint))
