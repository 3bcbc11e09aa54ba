"""The clock of playback: which frame is due."""

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from app.media import Media

SPEEDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)


class Playback(QObject):
    """Plays the open clip at a speed relative to its own frame rate; frames that come due together are passed over."""

    playing_changed = Signal(bool)

    def __init__(self, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._media = media
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(8)
        self._timer.timeout.connect(self._show_due)
        self._started_at = 0
        self.speed = 0.25
        self.loop: tuple[int, int] | None = None  # first and last index
        media.closed.connect(self.pause)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play, or pause."""
        self.pause() if self.playing else self.play()

    def play(self) -> None:
        """Play from the frame shown; from the beginning if it is the last."""
        if not self._media.frames:
            return
        first, last = self._range()
        if not first <= self._media.wanted < last:
            self._media.seek(first)
        self._restart()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def set_speed(self, speed: float) -> None:
        """Times real time."""
        self.speed = speed
        self._restart()

    def _range(self) -> tuple[int, int]:
        last = self._media.frames - 1
        if self.loop is None:
            return 0, last
        return min(self.loop[0], last), min(self.loop[1], last)

    def _restart(self) -> None:
        self._started_at = self._media.wanted
        self._clock.start()

    def _show_due(self) -> None:
        clip = self._media.clip
        if clip is None:
            return
        first, last = self._range()
        due = self._started_at + int(self._clock.elapsed() / 1000 * clip.fps * self.speed)
        if due > last and self.loop:
            self._media.seek(first)
            self._restart()
        elif due >= last and not self.loop:
            self._media.seek(last)
            self.pause()
        elif due != self._media.wanted:
            self._media.seek(due)
