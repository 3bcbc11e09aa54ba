"""How far the opening of a clip is, with a way to give it up."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.desk import Desk

_STEPS = 1000


class WorkBar(QWidget):
    """In the status bar while a clip that takes a while is opened; otherwise hidden."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._label = QLabel()
        self._label.setObjectName("hint")
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setFixedSize(140, 14)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far the opening is")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Give up opening this clip")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._label, self.bar, self.cancel_button):
            layout.addWidget(widget)
        self.hide()
        desk.media.opening.connect(self._show)
        desk.opener.looking.connect(self._show)
        self.cancel_button.clicked.connect(desk.opener.cancel)
        self.cancel_button.clicked.connect(desk.media.cancel_opening)

    @property
    def text(self) -> str:
        """What is being done."""
        return self._label.text()

    def _show(self, done: int, total: int, text: str) -> None:
        self._label.setText(text)
        self.bar.setValue(_STEPS * done // max(1, total))
        self.setVisible(done < total)
