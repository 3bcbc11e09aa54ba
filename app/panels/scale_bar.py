"""The scale beside a picture: its colours from least to most, with the values at both ends and in the middle."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.panels.picture import colour_table
from app.theme import colours

_WIDTH = 10.0
_STEPS = 256


class ScaleBar(pg.GraphicsWidget):
    """pyqtgraph's own bar lays its axis out anew whenever the scale changes: slower than painting all the pictures."""

    def __init__(self, colour_map: str) -> None:
        super().__init__()
        self._pixels = np.ascontiguousarray(colour_table(colour_map, _STEPS)[::-1])
        self._bar = QImage(self._pixels.data, 1, _STEPS, 4, QImage.Format.Format_RGB32)
        self.levels = (0.0, 1.0)

    def set_levels(self, levels: tuple[float, float]) -> None:
        """What the ends stand for."""
        if levels != self.levels:
            self.levels = levels
            self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        room = self.rect()
        painter.drawImage(QRectF(0, room.top(), _WIDTH, room.height()), self._bar)
        painter.setPen(QColor(colours().text))
        low, high = self.levels
        line = painter.fontMetrics().height()
        for share, text in zip((0.0, 0.5, 1.0), labels(low, high), strict=True):
            middle = min(max(share * room.height(), line / 2), room.height() - line / 2)
            box = QRectF(QPointF(_WIDTH + 4, room.top() + middle - line / 2), room.bottomRight()).intersected(room)
            box.setHeight(line)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, int(flags), text)


def labels(low: float, high: float) -> tuple[str, str, str]:
    """Upper end, middle and lower end, to two figures of the largest: one number of decimals, so that they fit."""
    largest = max(abs(low), abs(high))
    decimals = max(0, 1 - math.floor(math.log10(largest))) if largest > 0 else 0

    def said(value: float) -> str:
        return f"{value:.{decimals}f}".replace("-", "−")

    return said(high), said((low + high) / 2), said(low)
