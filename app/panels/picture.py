"""A picture in a pyqtgraph view, one pixel a field's value."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter


class Picture(pg.GraphicsObject):
    """pyqtgraph's ImageItem keeps a colour table in Python and builds it anew for each picture: three times slower."""

    def __init__(self) -> None:
        super().__init__()
        self.image: np.ndarray | None = None  # kept alive under _shown
        self._shown = QImage()
        self._room = QRectF()

    def show(self, image: np.ndarray, room: QRectF | None = None) -> None:
        """(h, w) uint32 of 0xffRRGGBB; over `room`, by default a unit a pixel."""
        self.image = np.ascontiguousarray(image)
        height, width = self.image.shape
        self._shown = QImage(self.image.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        room = room or QRectF(0, 0, width, height)
        if room != self._room:
            self.prepareGeometryChange()
            self._room = room
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.image, self._shown = None, QImage()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._room

    def paint(self, painter: QPainter, *_: object) -> None:
        if not self._shown.isNull():
            painter.drawImage(self._room, self._shown)


def colour_table(name: str, colours: int = 256) -> np.ndarray:
    """(colours,) uint32 of 0xffRRGGBB: a colour map of pyqtgraph's, from least to most."""
    return packed(pg.colormap.get(name).getLookupTable(0.0, 1.0, colours)[:, :3])


GREYS = (0xFF000000 + 0x010101 * np.arange(256)).astype(np.uint32)


def coloured(values: np.ndarray, low: float, high: float, table: np.ndarray) -> np.ndarray:
    """(h, w) finite values → (h, w) uint32 by a table, `low` its first colour and `high` its last."""
    step = (values - np.float32(low)) * np.float32(len(table) / (high - low))
    return table[np.clip(step, 0, len(table) - 1).astype(np.uint8)]


def packed(rgb: np.ndarray) -> np.ndarray:
    """(…, 3) uint8 RGB → (…) uint32 of 0xffRRGGBB."""
    red, green, blue = np.moveaxis(rgb.astype(np.uint32), -1, 0)
    together: np.ndarray = 0xFF000000 | red << 16 | green << 8 | blue
    return together.astype(np.uint32)
