"""The flags of the marks: solid where a coder has set one, hollow and dashed where one is suggested."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.theme import Colours
from app.timeline.geometry import FOOT, HANDLE, RULER
from mer_core.annotation.annotation import MarkName

LETTERS: dict[MarkName, str] = {"onset": "O", "apex": "A", "offset": "F"}


def paint_flag(painter: QPainter, c: Colours, name: MarkName, x: float, *, wide: bool) -> None:
    """A mark that is set; `wide` while it is held or under the pointer."""
    colour = _colour(c, name)
    painter.setPen(QPen(colour, 2))
    painter.drawLine(QPointF(x, RULER), QPointF(x, FOOT + 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(_shape(x, 9 if wide else 8))
    _paint_letter(painter, name, x, QColor("#101215" if name == "onset" else "#ffffff"))


def paint_ghost(painter: QPainter, c: Colours, name: MarkName, x: float, *, wide: bool) -> None:
    """A mark that is suggested."""
    colour = _colour(c, name)
    pen = QPen(colour, 1.5, Qt.PenStyle.DashLine)
    pen.setDashPattern([2.5, 2])
    painter.setPen(pen)
    painter.drawLine(QPointF(x, RULER), QPointF(x, FOOT))
    painter.setBrush(QColor(c.window))
    painter.drawPolygon(_shape(x, 9 if wide else 8))
    _paint_letter(painter, name, x, colour)


def _colour(c: Colours, name: MarkName) -> QColor:
    return QColor({"onset": c.onset, "apex": c.apex, "offset": c.offset}[name])


def _shape(x: float, wide: int) -> QPolygonF:
    foot, end = FOOT, FOOT + HANDLE
    corners = ((0, foot), (wide, foot + 5), (wide, end), (-wide, end), (-wide, foot + 5))
    return QPolygonF([QPointF(x + dx, y) for dx, y in corners])


def _paint_letter(painter: QPainter, name: MarkName, x: float, colour: QColor) -> None:
    painter.setPen(colour)
    font = painter.font()
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(x - 9, FOOT + 3, 18, HANDLE - 3), int(Qt.AlignmentFlag.AlignCenter), LETTERS[name])
    font.setBold(False)
    painter.setFont(font)
