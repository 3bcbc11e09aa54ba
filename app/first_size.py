"""How large the window is on its first start: by the screen, and never beyond it."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

_USUAL = QSize(1280, 800)
_SHARE = 0.85  # of a screen with more room than that
_FRAME = QSize(2, 40)  # what a window manager adds around it; it is not known before the window is shown


def first_geometry(available: QRect) -> QRect:
    """The window without its frame, so that it fits with it into ``available``, the middle of it."""
    room = available.size() - _FRAME
    size = _USUAL.expandedTo(available.size() * _SHARE).boundedTo(room)
    left = available.left() + (available.width() - size.width()) // 2
    top = available.top() + _FRAME.height() + (room.height() - size.height()) // 2
    return QRect(left, top, size.width(), size.height())


def place_first(window: QWidget) -> None:
    """Give a window that has not been shown yet its first size and place."""
    window.setGeometry(first_geometry(window.screen().availableGeometry()))
