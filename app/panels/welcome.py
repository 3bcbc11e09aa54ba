"""What is shown while no project is open."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class Welcome(QWidget):
    """The ways in, as buttons."""

    def __init__(self, ways: list[QAction]) -> None:
        super().__init__()
        title = QLabel("MER Studio")
        title.setObjectName("headline")
        text = QLabel("See, code and recognise micro-expressions, frame by frame.")
        text.setObjectName("hint")
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(8)
        for label in (title, text):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(12)
        for way in ways:
            button = QPushButton(way.icon(), way.text())
            button.setIconSize(QSize(20, 20))
            button.setMinimumWidth(260)
            button.setMinimumHeight(34)
            button.setToolTip(way.toolTip())
            button.clicked.connect(way.trigger)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        hint = QLabel("Or drop videos or folders of frames here.")
        hint.setObjectName("hint")
        layout.addSpacing(12)
        layout.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
