"""Which motion curve the timeline shows: chosen in a menu, kept in the settings."""

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.actions import Actions
from app.timeline.curve import WHOLE
from app.timeline.timeline import Timeline

_KEY = "curve"
_NONE = "no curve"


class CurveMenu(QObject):
    """Under View: no curve, the whole face's, or a region's over it."""

    changed = Signal()

    def __init__(self, actions: Actions, timeline: Timeline, settings: QSettings) -> None:
        super().__init__(timeline)
        self._timeline, self._settings = timeline, settings
        self.menu = QMenu("Motion curve on the timeline", actions.menus["View"])
        self.menu.setIcon(actions["regions"].icon())
        actions.menus["View"].insertMenu(actions["pick_face"], self.menu)
        self._group = QActionGroup(self)
        self.chosen = str(settings.value(_KEY, WHOLE))
        self._entries: dict[str, QAction] = {}
        self.offer([])
        self._show()

    @property
    def visible(self) -> bool:
        """Whether a curve is to be drawn at all."""
        return self.chosen != _NONE

    def offer(self, names: list[str]) -> None:
        """The curves there are, beside those that can always be asked for."""
        for name in (_NONE, WHOLE, *([self.chosen] if self.visible else []), *names):
            if name in self._entries:
                continue
            entry = self.menu.addAction(name.capitalize())
            entry.setCheckable(True)
            entry.triggered.connect(lambda _=False, name=name: self.choose(name))
            self._group.addAction(entry)
            self._entries[name] = entry
        self._entries[self.chosen].setChecked(True)

    def choose(self, name: str) -> None:
        """Draw this curve, now and next time."""
        self.chosen = name
        self._settings.setValue(_KEY, name)
        self._entries[name].setChecked(True)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._timeline.choose_curve(self.chosen, visible=self.visible)
