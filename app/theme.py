"""Light and dark: one set of named colours, and icons drawn in them."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

ICONS = Path(__file__).parents[1] / "resources" / "icons"


@dataclass(frozen=True)
class Colours:
    """What widgets that paint themselves use. Marks are told apart by colour-blind readers too (Okabe–Ito)."""

    window: str
    base: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str
    warning: str
    onset: str = "#E69F00"
    apex: str = "#D55E00"
    offset: str = "#0072B2"
    stage: str = "#16181b"  # around the picture: dark in both, so that the eye judges the same grey


LIGHT = Colours("#f3f4f6", "#ffffff", "#e6e8ec", "#cfd3da", "#1c2026", "#5d6672", "#1f6feb", "#ffffff", "#9a5b00")
DARK = Colours(
    "#22252a", "#1a1c20", "#2e3238", "#3d424a", "#e8eaed", "#9aa3af", "#5b9dff", "#0b1220", "#f0b45a", offset="#56B4E9"
)


SCHEMES = ("system", "light", "dark")
_chosen = "system"


def is_dark() -> bool:
    """Whether the dark colours are in force."""
    if _chosen == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return _chosen == "dark"


def colours() -> Colours:
    """The colours in force."""
    return DARK if is_dark() else LIGHT


def choose_scheme(name: str) -> None:
    """Use ``light``, ``dark`` or the ``system``'s choice."""
    global _chosen
    _chosen = name
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    QGuiApplication.styleHints().setColorScheme(schemes.get(name, Qt.ColorScheme.Unknown))
    apply()


def apply() -> None:
    """Give the application the palette and style of the scheme in force."""
    c = colours()
    palette = QPalette()
    role = QPalette.ColorRole
    for roles, colour in (
        ((role.Window, role.Button), c.window),
        ((role.Base,), c.base),
        ((role.AlternateBase, role.ToolTipBase, role.Midlight), c.raised),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText), c.text),
        ((role.PlaceholderText,), c.faint),
        ((role.Highlight, role.Link, role.Accent), c.accent),
        ((role.HighlightedText,), c.on_accent),
        ((role.Mid, role.Dark), c.line),
        ((role.Light,), c.base),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor("#6b737e" if is_dark() else "#a5abb5"))
    for each in (role.Highlight, role.Accent):  # a slider that is off would look on
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(c.line))
    QApplication.setPalette(palette)
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setStyleSheet(_sheet(c))


def _sheet(c: Colours) -> str:
    check = (ICONS / "check-white.svg").as_posix()
    return f"""
    QMainWindow::separator {{ background: {c.line}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {c.accent}; }}
    QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
    QDockWidget::title {{ background: {c.raised}; padding: 5px 8px; }}
    QToolBar {{ border: none; border-bottom: 1px solid {c.line}; spacing: 2px; padding: 3px; }}
    QToolTip {{ color: {c.text}; background: {c.raised}; border: 1px solid {c.line}; padding: 3px; }}
    QStatusBar {{ border-top: 1px solid {c.line}; }}
    QStatusBar::item {{ border: none; }}
    QAbstractItemView {{ border: none; }}
    QComboBox QAbstractItemView {{ border: 1px solid {c.line}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QLabel#hint {{ color: {c.faint}; }}
    QLabel#warning {{ color: {c.warning}; }}
    QLabel#headline {{ font-size: 15pt; font-weight: 600; }}
    QAbstractSpinBox {{ min-height: 20px; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {c.faint}; border-radius: 3px; }}
    QCheckBox::indicator {{ background: {c.base}; }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
    QCheckBox::indicator:disabled {{ border-color: {c.line}; }}
    QToolButton#menu::menu-indicator {{ image: none; }}
    QFrame#notice {{ background: {c.raised}; border-bottom: 1px solid {c.warning}; }}
    """


class _IconEngine(QIconEngine):
    """An SVG line icon in the palette's text colour, so that it follows light, dark and disabled."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._svg = (ICONS / f"{name}.svg").read_text(encoding="utf-8")

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = QGuiApplication.palette().color(group, QPalette.ColorRole.WindowText)
        svg = self._svg.replace("currentColor", colour.name())
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(rect))  # type: ignore[call-overload]

    def pixmap(self, size: object, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)  # type: ignore[call-overload]
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> "QIconEngine":
        return _IconEngine(self._name)


def icon(name: str) -> QIcon:
    """A line icon of resources/icons by its name."""
    return QIcon(_IconEngine(name))
