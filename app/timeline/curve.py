"""The motion curve as the scrub bar's ground: how much the face moves in each frame, a region of it drawn over it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.theme import Colours
from app.timeline.geometry import RULER, TRACK, Geometry
from mer_core.annotation import Marks

WHOLE = "whole face"
_LEAST = 0.5  # pixels of the source: less is not blown up to the full height
_HEADROOM = 8  # pixels of the track above the highest point: there the candidates lie


@dataclass(frozen=True, eq=False)
class Curve:
    """indices: ascending frame indices; values: by name, pixels of the source at each of them."""

    indices: Sequence[int]
    values: dict[str, Sequence[float]]

    def at(self, name: str, index: int) -> float:
        """The value at a frame, or at the last one before it that was looked at."""
        row = max(0, bisect_right(self.indices, index) - 1)
        return float(self.values[name][row])


class CurvePainter:
    """Draws a curve; its outline is worked out anew only where the part in view has changed."""

    def __init__(self) -> None:
        self.curve: Curve | None = None
        self.region = WHOLE
        self.visible = True
        self._laid_out: Curve | None = None
        self._view: tuple[object, ...] = ()
        self._lines: dict[str, list[QPointF]] = {}

    @property
    def shown(self) -> Curve | None:
        """The curve, where it is to be drawn."""
        return self.curve if self.visible and self.curve is not None and self.curve.indices else None

    def paint(self, painter: QPainter, c: Colours, geometry: Geometry, marks: Marks) -> None:
        """The whole face as an area, coloured between onset and offset, and the region as a line."""
        if self.shown is None:
            return
        self._lay_out(geometry)
        track = geometry.track
        painter.save()
        painter.setClipRect(track)
        area = self._area(self._lines[WHOLE], track.bottom())
        ground = QColor(c.faint)
        ground.setAlpha(70)
        painter.fillPath(area, ground)
        first = marks.onset if marks.onset is not None else marks.apex
        last = marks.offset if marks.offset is not None else marks.apex
        if first is not None and last is not None:
            span = track.adjusted(0, 0, 0, 0)
            span.setLeft(geometry.x_of(first))
            span.setRight(geometry.x_of(last))
            colour = QColor(c.apex)
            colour.setAlpha(120)
            painter.setClipRect(track & span)
            painter.fillPath(area, colour)
            painter.setClipRect(track)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(c.faint), 1))
        painter.drawPolyline(QPolygonF(self._lines[WHOLE]))
        if self.region in self._lines and self.region != WHOLE:
            painter.setPen(QPen(QColor(c.accent), 1.5))
            painter.drawPolyline(QPolygonF(self._lines[self.region]))
        painter.restore()

    def _lay_out(self, geometry: Geometry) -> None:
        curve = self.shown
        view = (self.region, geometry.first, geometry.shown, geometry.width)
        if curve is None or (curve is self._laid_out and view == self._view):
            return
        self._laid_out, self._view = curve, view
        first, last = geometry.in_view()
        begin = max(0, bisect_left(curve.indices, first) - 1)
        end = min(len(curve.indices), bisect_right(curve.indices, last) + 1)
        rows = range(begin, end)
        # At most one point a pixel: the highest of those that fall on it.
        step = max(1, int(len(rows) / geometry.inner))
        names = {WHOLE, self.region} & set(curve.values)
        points = {
            name: [(row, max(curve.values[name][row : min(row + step, end)])) for row in rows[::step]] for name in names
        }
        top = max([_LEAST, *(value for line in points.values() for _, value in line)])
        foot, height = RULER + TRACK, TRACK - _HEADROOM
        self._lines = {
            name: [QPointF(geometry.x_of(curve.indices[row]), foot - value / top * height) for row, value in line]
            for name, line in points.items()
        }

    @staticmethod
    def _area(line: list[QPointF], foot: float) -> QPainterPath:
        path = QPainterPath()
        if line:
            path.addPolygon(QPolygonF([QPointF(line[0].x(), foot), *line, QPointF(line[-1].x(), foot)]))
            path.closeSubpath()
        return path
