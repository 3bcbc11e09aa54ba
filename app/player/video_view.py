"""The frame, with zoom and pan, and what is laid over it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.player.face_marks import FaceMarks
from app.theme import colours

if TYPE_CHECKING:
    import numpy as np

_LARGEST_ZOOM = 40.0
_PIXELS_FROM = 4.0  # from this enlargement on pixels are shown as squares: there one looks at pixels


@dataclass(frozen=True)
class Overlay:
    """A picture laid over the face: `rgba` (h, w, 4) uint8, and the (2, 3) matrix from its pixels to the frame's.

    `note`: what stands on the picture, so that none mistakes it for the recording; such an overlay covers wholly.
    """

    rgba: np.ndarray
    to_frame: np.ndarray
    note: str = ""


class VideoView(QWidget):
    """Shows one frame exactly as it is. Wheel: zoom at the pointer; drag: pan; double-click: fit."""

    hovered = Signal(str)
    clicked = Signal(QPointF)  # frame pixels; a press and release in one place

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Video")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pixels: np.ndarray | None = None  # BGRA, kept alive under _image
        self._image = QImage()
        self._size = QSize()
        self._text = ""
        self._zoom = 1.0  # times the size at which the frame fits
        self._centre = QPointF(0.5, 0.5)  # of the view, in parts of the frame
        self._drag_from: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self.overlay: Overlay | None = None
        self._overlay_image = QImage()
        self._overlay_held = False
        self._opacity = 0.55
        self.faces = FaceMarks()
        self._notes: dict[str, str] = {}

    # What is shown

    def show_frame(self, rgb: np.ndarray | None, text: str = "") -> None:
        """Show a frame, (H, W, 3) uint8, or a text where there is none."""
        if rgb is None:
            self._pixels, self._image = None, QImage()
        else:
            import cv2

            self._pixels = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)
            height, width = rgb.shape[:2]
            self._image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self._text = text
        if not self._image.isNull() and self._image.size() != self._size:
            self._size = self._image.size()  # another clip of the same size keeps the zoom
            self.fit()
        self.update()

    def show_overlay(self, overlay: Overlay | None) -> None:
        """Lay a picture over the face, or take it away."""
        self.overlay = overlay
        if overlay is None:
            self._overlay_image = QImage()
        else:
            height, width = overlay.rgba.shape[:2]
            self._overlay_image = QImage(overlay.rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        self.update()

    def show_note(self, about: str, note: str) -> None:
        """Write this on the picture until there is another note about the same; empty: nothing more."""
        if self._notes.get(about, "") != note:
            self._notes[about] = note
            self.update()

    @property
    def note(self) -> str:
        """What is written on the picture."""
        notes = [*self._notes.values(), self.overlay.note if self.overlay and not self._overlay_held else ""]
        return "  ·  ".join(note for note in notes if note)

    def hold_overlay(self, held: bool) -> None:
        """Show the frame without its overlay for as long as it is held back."""
        self._overlay_held = held
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """How strongly the overlay covers the face, 0 to 1."""
        self._opacity = opacity
        self.update()

    # Zoom and pan

    @property
    def scale(self) -> float:
        """Points of the widget a frame pixel; a point is `devicePixelRatioF` pixels of the screen."""
        if self._image.isNull():
            return 1.0
        fitting = min(self.width() / self._image.width(), self.height() / self._image.height())
        return fitting * self._zoom

    def fit(self) -> None:
        """Show the whole frame."""
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self.update()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Enlarge by a factor, keeping the frame's point under `at` (widget pixels) where it is."""
        if self._image.isNull():
            return
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self._to_frame(at)
        self._zoom = max(1.0, min(self._zoom * factor, _LARGEST_ZOOM))
        after = self._to_frame(at)
        self._move_centre(before - after)

    def show_actual_size(self) -> None:
        """One frame pixel a screen pixel, or as near as the smallest zoom allows."""
        self.zoom_by(1 / (self.scale * self.devicePixelRatioF()))

    def _move_centre(self, by: QPointF) -> None:
        x = self._centre.x() + by.x() / self._image.width()
        y = self._centre.y() + by.y() / self._image.height()
        # Never further than the frame's edge at the view's edge.
        half_x = min(0.5, self.width() / (2 * self.scale * self._image.width()))
        half_y = min(0.5, self.height() / (2 * self.scale * self._image.height()))
        self._centre = QPointF(min(max(x, half_x), 1 - half_x), min(max(y, half_y), 1 - half_y))
        self.update()

    def _transform(self) -> QTransform:
        """From frame pixels to widget pixels."""
        transform = QTransform()
        transform.translate(self.width() / 2, self.height() / 2)
        transform.scale(self.scale, self.scale)
        transform.translate(-self._centre.x() * self._image.width(), -self._centre.y() * self._image.height())
        return transform

    def _to_frame(self, position: QPointF) -> QPointF:
        inverse, _ = self._transform().inverted()
        return inverse.map(position)

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._image.isNull():
            self._move_centre(QPointF(0, 0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(math.pow(1.0015, event.angleDelta().y()), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag_from = self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._image.isNull():
            return
        if self._drag_from is not None:
            moved = (self._drag_from - event.position()) * (1 / self.scale)
            self._drag_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._move_centre(moved)
        self.hovered.emit(self._pixel_text(self._to_frame(event.position())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_at, self._drag_from = self._pressed_at, None, None
        self.unsetCursor()
        if pressed is not None and (event.position() - pressed).manhattanLength() < _STILL:
            self.clicked.emit(self._to_frame(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self.fit()

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self.hovered.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the window's actions answer keys

    def _pixel_text(self, at: QPointF) -> str:
        if self._pixels is None:
            return ""
        x, y = math.floor(at.x()), math.floor(at.y())
        height, width = self._pixels.shape[:2]
        if not (0 <= x < width and 0 <= y < height):
            return ""
        blue, green, red, _ = (int(value) for value in self._pixels[y, x])
        return f"x {x}  y {y}  RGB {red} {green} {blue}  {self.faces.region_at(at)}".rstrip()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().stage))
        if self._image.isNull():
            painter.setPen(QColor("#aab2bd"))
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), int(_CENTRED), self._text)
            return
        smooth = self.scale * self.devicePixelRatioF() < _PIXELS_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        frame_to_view = self._transform()
        painter.setTransform(frame_to_view)
        painter.drawImage(QPointF(0, 0), self._image)
        if self.overlay is not None and not self._overlay_held:
            self._paint_overlay(painter, self.overlay, frame_to_view)
        self.faces.paint(painter, self.scale)
        if self.note:
            painter.resetTransform()
            self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        room = painter.fontMetrics().boundingRect(self.note).adjusted(-10, -5, 10, 5)
        room.moveTopLeft(QPoint(10, 10))
        painter.fillRect(room, QColor(0, 0, 0, 190))
        painter.setPen(QColor(_NOTE))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), self.note)

    def _paint_overlay(self, painter: QPainter, overlay: Overlay, frame_to_view: QTransform) -> None:
        m = overlay.to_frame
        to_frame = QTransform(m[0, 0], m[1, 0], m[0, 1], m[1, 1], m[0, 2], m[1, 2])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.setTransform(to_frame * frame_to_view)
        painter.setOpacity(1.0 if overlay.note else self._opacity)
        painter.drawImage(QPointF(0, 0), self._overlay_image)
        painter.restore()


_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_STILL = 5  # pixels a click may wander
_NOTE = "#f0e442"
