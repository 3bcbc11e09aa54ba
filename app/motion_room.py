"""How much height motion takes below the clip, until the user drags its edge: by the window and the views chosen."""

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtWidgets import QMainWindow

from app.docks import Docks
from app.panels.plots import Plots

_LEAST = 240
_ONE_ROW, _TWO_ROWS = 0.33, 0.45  # of the window's height
_IN_ONE_ROW = 3  # views
_KEY = "motion height"  # the one last asked for, and what became of it: where the dock has another, it is the user's
_SAME = 3  # pixels
_SETTLED = 100  # milliseconds after which the docks have taken the heights they were given


def _side(height: int, width: int, views: int, rows: int) -> int:
    """About how large a picture gets, by what stands around it."""
    return min((height - 100) // rows - 30, width // -(-views // rows) - 60)


class MotionRoom(QObject):
    """A window made larger, as on a large screen, gives motion its share too; a height set by hand is kept."""

    def __init__(self, window: QMainWindow, docks: Docks, plots: Plots, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._docks, self._plots = window, docks, plots
        self._settings = settings
        kept = str(settings.value(_KEY, "0 0")).split()
        self._wanted, self._given = (int(each) if each.isdigit() else 0 for each in (kept[0], kept[-1]))
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settled.timeout.connect(self._note)
        self._follow = QTimer(self, singleShot=True, interval=_SETTLED)
        self._follow.timeout.connect(self._fit)
        self._ours: bool | None = None  # whether the height was not the user's when the window or the views changed
        docks.share_motion = self.take
        window.installEventFilter(self)
        plots.loaded.connect(self._follow_views)

    @property
    def wanted(self) -> int:
        """The height that fits, in pixels."""
        low, high = (round(share * self._window.height()) for share in (_ONE_ROW, _TWO_ROWS))
        motion = self._plots.motion
        views = len(motion.chosen) if motion is not None else 1
        width = motion.width() if motion is not None else 0
        higher = views > _IN_ONE_ROW and _side(high, width, views, 2) > 1.1 * _side(low, width, views, 1)
        return max(_LEAST, high if higher else low)

    def take(self) -> None:
        """Give motion its height, whatever it had."""
        self._wanted = self.wanted
        self._window.resizeDocks([self._docks["motion"]], [self._wanted], Qt.Orientation.Vertical)
        self._settled.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:  # the docks have yet to take the heights that are left
            self._begin()
        return super().eventFilter(watched, event)

    def _follow_views(self) -> None:
        if self._plots.motion is not None:
            for action in self._plots.motion.view_actions.values():
                action.toggled.connect(lambda _: self._begin())
        self._begin()

    def _begin(self) -> None:
        """Fit once things are quiet. Whether the height is the user's is asked before a smaller window squeezes it."""
        if self._settled.isActive():
            self._ours = True
        elif not self._follow.isActive():
            self._ours = self._is_ours()
        self._follow.start()

    def _is_ours(self) -> bool | None:
        """Whether the height is the one that was given; None before there is any."""
        height = self._height()
        return abs(height - self._given) <= _SAME if height else None

    def _note(self) -> None:
        self._given = self._height()
        self._settings.setValue(_KEY, f"{self._wanted} {self._given}")

    def _fit(self) -> None:
        if self._settled.isActive():
            self._follow.start()
            return
        ours = self._is_ours() if self._ours is None else self._ours
        if ours and (self.wanted != self._wanted or not self._is_ours()):
            self.take()

    def _height(self) -> int:
        """Of those that lie there as tabs, the dock in front knows it."""
        motion = self._docks["motion"]
        there = [motion, *self._window.tabifiedDockWidgets(motion)]
        return next((dock.height() for dock in there if not dock.visibleRegion().isEmpty()), 0)
