"""The keys, as the table of actions has them."""

from html import escape

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.actions import ACTIONS, MENUS

_MOUSE = (
    ("Wheel over the video", "Zoom at the pointer"),
    ("Drag the video", "Pan"),
    ("Double-click the video", "Fit the frame"),
    ("Drag on the timeline", "Scrub"),
    ("Drag a flag", "Move its mark"),
    ("Drag a hollow flag", "Correct and accept a suggested mark"),
    ("Ctrl + wheel on the timeline", "Zoom the timeline"),
)


class Keys(QDialog):
    """A list to read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(460, 620)
        page = QTextBrowser()
        page.setHtml(_page())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(page)
        layout.addWidget(buttons)


def _page() -> str:
    parts = []
    for menu in MENUS:
        rows = [(", ".join(_native(key) for key in spec.keys), spec.text) for spec in ACTIONS if spec.menu == menu]
        rows = [row for row in rows if row[0]]
        parts.append(_table(menu, rows) if rows else "")
    return "".join([*parts, _table("Mouse", list(_MOUSE))])


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td width='190'><b>{escape(keys)}</b></td><td>{escape(text)}</td></tr>" for keys, text in rows)
    return f"<h3>{title}</h3><table cellpadding='3'>{body}</table>"
