"""Frame numbers above the track, and what of the clip is in memory below it."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.theme import Colours
from app.timeline.geometry import BUFFER, FOOT, RULER, Geometry

_APART = 14  # pixels between two numbers
_GAPPY = 8  # times as many numbers as frames: more are no count with gaps


def paint_ruler(painter: QPainter, c: Colours, geometry: Geometry, numbers: Sequence[int]) -> None:
    """The source's own numbers, as many as there is room for; ticks where frames are wide enough to tell apart."""
    metrics, centred = QFontMetricsF(painter.font()), Qt.AlignmentFlag.AlignCenter
    widest = metrics.horizontalAdvance(str(numbers[-1])) + _APART
    step = next(s for s in (m * 10**e for e in range(9) for m in (1, 2, 5)) if s * geometry.cell >= widest)
    first, last = geometry.in_view()
    if geometry.cell >= 5:
        painter.setPen(QPen(QColor(c.line), 0.5))
        for index in range(first, last + 1):
            x = geometry.x_of(index - 0.5)
            painter.drawLine(QPointF(x, FOOT - 6), QPointF(x, FOOT))
    painter.setPen(QColor(c.faint))
    end = -math.inf
    for index in written(numbers, first, last, step):
        x = geometry.x_of(index)
        painter.drawLine(QPointF(x, RULER - 4), QPointF(x, RULER))
        wide = metrics.horizontalAdvance(str(numbers[index]))
        left = max(0.0, min(x - wide / 2, geometry.width - wide))
        if left >= end:
            painter.drawText(QRectF(left, 0, wide + 1, RULER - 4), int(centred), str(numbers[index]))
            end = left + wide + _APART


def written(numbers: Sequence[int], first: int, last: int, step: int) -> Iterator[int]:
    """The indices, from `first` to `last` and `step` or more apart, of the frames whose number is written.

    They are those whose number is a multiple of `step`; every so many frames where hardly any is, as where numbers are
    stamps of time, or leap. So it takes as long as there are numbers to be written, however large they are.
    """
    index, found = first, False
    if numbers[last] - numbers[first] <= _GAPPY * (last - first + 1):
        while index <= last:
            number = -(-numbers[index] // step) * step
            index = bisect_left(numbers, number, index, last + 1)
            if index <= last and numbers[index] == number:
                found = True
                yield index
                index += step
    if not found:
        yield from range(-(-first // step) * step, last + 1, step)


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
