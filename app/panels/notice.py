"""One sentence across the top: what could not be done, or what was."""

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from app.theme import icon


class Notice(QFrame):
    """Hidden until there is something to say; stays until it is dismissed or the next sentence comes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName("Problem")
        self.button = QPushButton()
        self.button.setAccessibleName("Do something about it")
        self.button.hide()
        self._icon = ""
        self._offered: Callable[[], object] | None = None
        self.button.clicked.connect(self._take_offer)
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setAutoRaise(True)
        close.setToolTip("Dismiss")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 6)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)
        layout.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, sentence: str) -> None:
        """Show a problem."""
        self._show(sentence, "circle-alert")

    def tell(self, sentence: str, text: str = "", further: Callable[[], object] | None = None) -> None:
        """Show what was done; where there is something ``further`` to do with it, with a button."""
        self._show(sentence, "circle-check")
        if further is not None:
            self._offer(text, further)

    def _show(self, sentence: str, sign: str) -> None:
        self.button.hide()
        self._text.setText(sentence)
        self._icon = sign
        self._draw_sign()
        self.show()

    def _draw_sign(self) -> None:
        """In the colours of now."""
        self._sign.setPixmap(icon(self._icon).pixmap(18, 18))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon:
            self._draw_sign()

    def offer(self, sentence: str, text: str, remedy: Callable[[], object]) -> None:
        """Show a sentence with a button that does something about it."""
        self.say(sentence)
        self._offer(text, remedy)

    def _offer(self, text: str, remedy: Callable[[], object]) -> None:
        self._offered = remedy
        self.button.setText(text)
        self.button.show()

    def _take_offer(self) -> None:
        self.hide()
        if self._offered is not None:
            self._offered()
