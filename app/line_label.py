"""A line of text that changes with every frame."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class LineLabel(QLabel):
    """As long as its place, never pushing: what stands beside it must not shift under the pointer.

    A line that is longer ends in “…”, or has it where `elide` says.

    A QLabel's new text has the whole window laid out and partly painted anew, some milliseconds that a frame has to
    wait for. Here a new text is painted, and nothing else.
    """

    def __init__(self, parent: QWidget | None = None, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(parent)
        self._line = ""
        self._elide = elide
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What it says."""
        return self._line

    def setText(self, text: str) -> None:
        """Say this."""
        if text != self._line:
            self._line = text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        role = self.foregroundRole()
        line = self.fontMetrics().elidedText(self._line, self._elide, self.width())
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment().value), self.palette(), self.isEnabled(), line, role
        )
