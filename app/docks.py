"""The docks around the clip: made, arranged, and where they stood last time."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QWidget

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
_LAYOUT = 2  # counts up when docks are added or renamed, so that an old arrangement is not forced on them
# Not closable by a button too small to see: the View menu hides docks.
_FEATURES = QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetFloatable


class Docks:
    """Named docks of a window, in the order in which they are added."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self._first = QByteArray()
        self._sized = False
        self.share_motion: Callable[[], object] = lambda: None  # gives the bottom its height
        options = QMainWindow.DockOption
        window.setDockOptions(options.AllowTabbedDocks | options.AllowNestedDocks | options.AnimatedDocks)
        for corner, side in ((Qt.Corner.BottomLeftCorner, LEFT), (Qt.Corner.BottomRightCorner, RIGHT)):
            window.setCorner(corner, side)

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def __iter__(self) -> Iterator[tuple[str, QDockWidget]]:
        return iter(self._docks.items())

    def add(self, title: str, widget: QWidget, area: Qt.DockWidgetArea, *, beside: str = "") -> None:
        """A dock named as its title in small letters; `beside`: as a tab of that dock, behind it."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title.lower())
        dock.setWidget(widget)
        dock.setFeatures(_FEATURES)
        self._window.addDockWidget(area, dock)
        if beside:
            self._window.tabifyDockWidget(self._docks[beside], dock)
            self._docks[beside].raise_()
        self._docks[dock.objectName()] = dock

    def fill(self, menu: QMenu) -> None:
        """Give a menu lines to show and hide each, and to arrange them as at first."""
        menu.addSeparator()
        for dock in self._docks.values():
            line = dock.toggleViewAction()
            line.setEnabled(True)  # Qt switches it off, and what it does, together with the button
            line.triggered.connect(lambda shown, dock=dock: dock.setVisible(shown))
            menu.addAction(line)
        menu.addAction("Docks as at first").triggered.connect(self.arrange_as_at_first)

    def show(self, name: str) -> None:
        """Bring one to the front."""
        self._docks[name].show()
        self._docks[name].raise_()

    def restore(self, state: object) -> None:
        """Arrange them as a `state` from before has it, if it fits."""
        self._first = self._window.saveState(_LAYOUT)
        self._sized = isinstance(state, QByteArray) and self._window.restoreState(state, _LAYOUT)

    @property
    def state(self) -> QByteArray:
        """How they stand, for `restore`."""
        return self._window.saveState(_LAYOUT)

    def arrange_as_at_first(self) -> None:
        """All in their first places and sizes."""
        self._window.restoreState(self._first, _LAYOUT)
        self._share_out()

    def take_room(self) -> None:
        """Once the window is shown, and only now has sizes to share out."""
        if not self._sized:
            self._sized = True
            self._share_out()

    def _share_out(self) -> None:
        docks, window = self._docks, self._window
        window.resizeDocks([docks["clips"], docks["annotation"]], [290, 320], Qt.Orientation.Horizontal)
        self.share_motion()
        window.resizeDocks([docks["annotation"], docks["recognition"]], [400, 240], Qt.Orientation.Vertical)
