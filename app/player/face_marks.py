"""What is drawn over the frame to show where faces were found: outline, mesh, regions, and boxes to choose from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.theme import colours

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class FaceBox:
    """A face that can be chosen: where it is in the frame, what stands beside it, whether it is the one measured."""

    rect: QRectF
    label: str
    chosen: bool


@dataclass
class FaceMarks:
    """All in frame pixels. outline: (4, 2), the aligned square's corners. regions: by name.

    landmarks: (N, 2), in which whole numbers are pixels' centres; all else is as Qt counts, where they are corners.
    """

    outline: np.ndarray | None = None
    landmarks: np.ndarray | None = None
    regions: dict[str, QPolygonF] = field(default_factory=dict)
    boxes: tuple[FaceBox, ...] = ()

    def show_regions(self, outlines: dict[str, np.ndarray]) -> None:
        """Draw these from now on."""
        self.regions = {
            name: QPolygonF([QPointF(x + 0.5, y + 0.5) for x, y in outline]) for name, outline in outlines.items()
        }

    def region_at(self, at: QPointF) -> str:
        """The name of the smallest region drawn there, or nothing."""
        there = [
            (outline.boundingRect().width() * outline.boundingRect().height(), name)
            for name, outline in self.regions.items()
            if outline.containsPoint(at, Qt.FillRule.OddEvenFill)
        ]
        return min(there)[1] if there else ""

    def box_at(self, at: QPointF) -> int | None:
        """Which box lies there; of several the smallest."""
        there = [(box.rect.width(), number) for number, box in enumerate(self.boxes) if box.rect.contains(at)]
        return min(there)[1] if there else None

    def paint(self, painter: QPainter, scale: float) -> None:
        """`painter` works in frame pixels, `scale` screen pixels each."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.outline is not None:
            painter.setPen(_line(colours().accent, 1.5))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in self.outline]))
        for outline in self.regions.values():
            painter.setPen(_line("#000000", 2.4))
            painter.drawPolygon(outline)
            painter.setPen(_line("#f0e442", 1.2))
            painter.drawPolygon(outline)
        if self.landmarks is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(255, 255, 255, 190))
            radius = 1.2 / scale
            for x, y in self.landmarks + 0.5:
                painter.drawEllipse(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))
        self._paint_boxes(painter)

    def _paint_boxes(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        to_view = painter.transform()
        for box in self.boxes:
            painter.setPen(_line("#000000", 4))
            painter.drawRect(box.rect)
            painter.setPen(_line(colours().accent if box.chosen else "#ffffff", 2))
            painter.drawRect(box.rect)
            corner = to_view.map(box.rect.topLeft())
            painter.save()
            painter.resetTransform()
            tag = QRectF(corner.x(), corner.y() - 20, painter.fontMetrics().horizontalAdvance(box.label) + 14, 20)
            painter.fillRect(tag, QColor(colours().accent if box.chosen else "#000000"))
            painter.setPen(QColor(colours().on_accent if box.chosen else "#ffffff"))
            painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), box.label)
            painter.restore()


def _line(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen
