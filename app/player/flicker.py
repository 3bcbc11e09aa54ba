"""Hold a key: onset and apex alternate in one place, so that the eye sees what has moved; released, all is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.background import Worker
from app.desk import Desk
from app.player.player import Player

if TYPE_CHECKING:
    import numpy as np

RATES = (1, 2, 4, 6, 10)  # pictures a second
_RATE = 4
_SETTING = "flicker"
_PRESSES = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)  # the latter where the key is another action's
_ENDS = (QEvent.Type.MouseButtonPress, QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate)


class Flicker(QObject):
    """Shows both frames by turns while the key of its action is held; started by the menu, until the next key or click.

    With the head's motion taken out of the measurement it is taken out here too.
    """

    def __init__(self, desk: Desk, player: Player, action: QAction, rates: QMenu, settings: QSettings) -> None:
        super().__init__(desk)
        self._desk, self._player, self._action, self._settings = desk, player, action, settings
        self._worker = Worker("flicker", self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._pictures: tuple[tuple[np.ndarray, str], ...] = ()
        self._next = 0
        self.running = False
        action.setAutoRepeat(False)
        action.triggered.connect(self.start)
        desk.media.closed.connect(self.end)
        group = QActionGroup(self)
        kept = settings.value(_SETTING)
        self.rate = int(kept) if str(kept) in {str(rate) for rate in RATES} else _RATE
        for rate in RATES:
            each = QAction(f"{rate} pictures a second", group, checkable=True, checked=rate == self.rate)
            each.triggered.connect(lambda _=False, rate=rate: self.set_rate(rate))
            rates.addAction(each)

    def set_rate(self, rate: int) -> None:
        """Pictures a second, kept for next time."""
        self.rate = rate
        self._settings.setValue(_SETTING, rate)
        self._timer.setInterval(round(1000 / rate))

    def start(self) -> None:
        """Read both frames and begin."""
        marks, media, live = self._desk.session.marks, self._desk.media, self._desk.live
        buffer, alignment, settings = media.buffer, live.alignment, live.settings()
        if self.running or buffer is None:
            return
        onset, apex = marks.onset, marks.apex
        if onset is None or apex is None or onset == apex or max(onset, apex) >= media.frames:
            self._desk.problem.emit("Flicker alternates onset and apex: mark both first, in two frames of the clip.")
            return
        self.running = True
        self._player.playback.pause()

        def work() -> tuple[tuple[np.ndarray, str], ...]:
            from mer_core.looking import compare, steadied

            last = buffer.frame(apex)
            still = alignment is not None and settings is not None and settings.remove_head_motion
            if alignment is not None and settings is not None and still:
                last = steadied(last, compare(buffer.frame, alignment, onset, apex, settings))
            head = ", head held still, display only" if still else ""
            return (buffer.frame(onset), "onset"), (last, f"apex{head}")

        self._worker.submit("read", work, self._begin, self._fail)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def end(self) -> None:
        """Show the frame there was before."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        if not self.running:
            return
        self.running = False
        self._worker.forget()
        self._timer.stop()
        self._pictures = ()
        self._player.view.show_note("flicker", "")
        self._player.view.hold_overlay(False)
        if self._desk.media.image is not None:
            self._player.view.show_frame(self._desk.media.image)

    def stop(self) -> None:
        """End the thread."""
        self.end()
        self._worker.stop()

    def _begin(self, pictures: tuple[tuple[np.ndarray, str], ...]) -> None:
        if self.running:
            self._pictures, self._next = pictures, 0
            self._player.view.hold_overlay(True)
            self._turn()
            self._timer.start(round(1000 / self.rate))

    def _turn(self) -> None:
        picture, name = self._pictures[self._next]
        self._next = 1 - self._next
        self._player.view.show_frame(picture)
        self._player.view.show_note("flicker", f"flicker: {name}")

    def _fail(self, sentence: str) -> None:
        self.end()
        self._desk.problem.emit(sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        if event.type() in _ENDS or (isinstance(event, QKeyEvent) and self._is_ended_by(event)):
            self.end()
        return False

    def _is_ended_by(self, event: QKeyEvent) -> bool:
        """The release of the action's own key, or the press of another; not the release of Enter over the menu."""
        if event.isAutoRepeat():
            return False
        own = any(keys[0].key() == event.key() for keys in self._action.shortcuts() if keys.count())  # type: ignore[index]
        return event.type() == QEvent.Type.KeyRelease if own else event.type() in _PRESSES
