"""The clock of playback: which frame is due, forwards or backwards, in real time or frame by frame."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.media import Media
from app.player.pace import Pace

SPEEDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
_TICK = 4  # milliseconds: the display's own pace is kept by whether it has painted
_TELL_EVERY = 0.5  # seconds
_HIDDEN = 0.1  # seconds without a paint after which the view is taken to be out of sight
_EPSILON = 1e-6  # seconds: a frame due now is due although the sum is off in its last digit


class Playback(QObject):
    """Plays the open clip at a speed relative to its own times.

    In real time, frames that come due together are passed over; with `every_frame` only those that cannot be read, and
    what the display or the decoder cannot keep up with takes longer instead.
    """

    playing_changed = Signal(bool)
    paced = Signal(object)  # a Pace twice a second while playing; None at the end

    def __init__(self, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._media = media
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)
        self._begun = 0.0  # when the frame below was due
        self._begun_at = 0
        self._pace = Pace(0.0)
        self._unpainted = False  # whether the frame shown last still has to be painted
        self._shown_at = 0.0
        self._next_paint = 0.0
        self.speed = 0.25
        self.direction = 1
        self.every_frame = False
        self.refresh_rate = 60.0  # frames the display can show a second
        self._loop: tuple[int, int] | None = None
        media.closed.connect(self.pause)
        media.frame_shown.connect(self._note_shown)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    @property
    def loop(self) -> tuple[int, int] | None:
        """First and last index of what is played over and over; None: it ends."""
        return self._loop

    @loop.setter
    def loop(self, loop: tuple[int, int] | None) -> None:
        self._loop = loop
        if self._media.buffer is not None:
            self._media.buffer.hold(loop)

    def toggle(self) -> None:
        """Play forwards, or pause."""
        self.pause() if self.playing else self.play()

    def toggle_backwards(self) -> None:
        """Play backwards, or pause."""
        self.pause() if self.playing else self.play(-1)

    def play(self, direction: int = 1) -> None:
        """Play from the frame shown; from the other end if there is nothing left in that direction (1 or −1)."""
        if not self._media.frames:
            return
        self.direction = direction
        first, last = self._range()
        at = self._media.wanted
        if not first <= at <= last or at == (last if direction > 0 else first):
            self._media.seek(first if direction > 0 else last)
        self._restart()
        self._pace = Pace(time.perf_counter())
        self._unpainted = False
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)
            self.paced.emit(None)

    def set_speed(self, speed: float) -> None:
        """Times real time."""
        self.speed = speed
        self._restart()

    def set_every_frame(self, every_frame: bool) -> None:
        """Whether each frame is painted, however slow, or frames are passed over to keep to the time."""
        self.every_frame = every_frame
        self._restart()

    def note_painted(self) -> None:
        """The view has painted the frame that was shown last."""
        if self._unpainted and self.playing:
            self._unpainted = False
            self._pace.painted += 1

    def _range(self) -> tuple[int, int]:
        last = self._media.frames - 1
        if self.loop is None:
            return 0, last
        return min(self.loop[0], last), min(self.loop[1], last)

    def _restart(self) -> None:
        self._begun, self._begun_at = time.perf_counter(), self._media.wanted

    def _note_shown(self, _: int) -> None:
        self._unpainted = True
        self._shown_at = time.perf_counter()

    def _tick(self) -> None:
        now = time.perf_counter()
        if now - self._pace.begun >= _TELL_EVERY:
            self.paced.emit(self._pace.ended(now))
            self._pace = Pace(now)
        if now < self._next_paint or (self._unpainted and now - self._shown_at < _HIDDEN):
            return  # more than the display can show need not be drawn
        if self.every_frame and self._media.is_reading:
            return  # one that cannot be read is passed over: the window has said which
        self._show_due(now)

    def _show_due(self, now: float) -> None:
        first, last = self._range()
        start, end = (first, last) if self.direction > 0 else (last, first)
        at, due = self._media.wanted, self._due(now)
        if (due - at) * self.direction <= 0:
            return
        if self.every_frame and abs(due - at) > 1:
            due = at + self.direction
            self._begun, self._begun_at = now, due  # late, and not to be caught up on
        if self.loop and not first <= due <= last:
            self._go(start, abs(due - at))
            self._restart()
            return
        due = max(first, min(due, last))
        self._go(due, abs(due - at))
        if due == end and not self.loop:
            self.pause()

    def _go(self, index: int, frames: int) -> None:
        period, now = 1 / self.refresh_rate, time.perf_counter()
        self._next_paint = max(self._next_paint + period, now + period / 2)
        self._pace.advanced += frames
        self._media.seek(index)

    def _due(self, now: float) -> int:
        """The frame whose time it is; one before the first or after the last when the time is over."""
        clip = self._media.clip
        if clip is None:
            return self._media.wanted
        times = clip.times
        moment = float(times[self._begun_at]) + self.direction * (now - self._begun) * self.speed
        if self.direction > 0:
            over = moment >= float(times[-1]) + 1 / clip.fps - _EPSILON
            return len(times) if over else bisect_right(times, moment + _EPSILON) - 1
        over = moment <= -1 / clip.fps + _EPSILON
        return -1 if over else min(bisect_left(times, moment - _EPSILON), self._begun_at)
