"""The scale of what is laid over the face: its colours, and what the ends of them stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import colours

if TYPE_CHECKING:
    import numpy as np

_WIDTH, _HEIGHT, _GAP = 90, 8, 5


class HeatScale(QWidget):
    """Hidden while nothing with a scale lies over the face."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._pixels: np.ndarray | None = None
        self._ends = ("", "")
        self.hide()

    def show_range(self, name: str, low: float, high: float, tip: str) -> None:
        """Show what least and full colour stand for."""
        if self._pixels is None:
            import numpy as np

            from app.player.overlays import heat_colours

            self._pixels = heat_colours(np.linspace(0, 1, 256, dtype=np.float32)[None])
        self._ends = (f"{name} {low:.2g}", f"{high:.2g}")
        self.setAccessibleName(f"Scale of {' to '.join(self._ends)}")
        self.setToolTip(tip)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        texts = sum(metrics.horizontalAdvance(text) for text in self._ends)
        return QSize(texts + 2 * _GAP + _WIDTH, metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._pixels is None:
            return
        room, metrics = QRectF(self.rect()), self.fontMetrics()
        left = metrics.horizontalAdvance(self._ends[0]) + _GAP
        painter = QPainter(self)
        bar = QImage(self._pixels.data, self._pixels.shape[1], 1, QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(left, (room.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT), bar)
        painter.setPen(QColor(colours().text))
        for text, side in zip(self._ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
            painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
