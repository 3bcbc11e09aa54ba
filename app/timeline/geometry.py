"""Where frames lie on the timeline, and which of them are in view."""

import math

from PySide6.QtCore import QRectF

RULER, TRACK, HANDLE, BUFFER = 20, 40, 18, 3  # heights, in pixels
MARGIN = 14
FOOT = RULER + TRACK  # where the track ends and the flags begin
_LEAST = 12.0  # frames, at the strongest zoom


class Geometry:
    """A stretch of frames laid over a widget's width. `first` and `shown` are in frames, `width` in pixels."""

    def __init__(self) -> None:
        self.frames = 0
        self.width = 1.0
        self.first, self.shown = 0.0, 1.0

    def fit(self, frames: int) -> None:
        """All of a clip in view."""
        self.frames = frames
        self.first, self.shown = 0.0, float(max(1, frames))

    @property
    def inner(self) -> float:
        """Pixels that the frames in view take."""
        return max(1.0, self.width - 2 * MARGIN)

    @property
    def cell(self) -> float:
        """Pixels a frame takes."""
        return self.inner / self.shown

    @property
    def track(self) -> QRectF:
        """Where the frames are, in widget pixels."""
        return QRectF(MARGIN, RULER, self.inner, TRACK)

    def x_of(self, index: float) -> float:
        """The middle of a frame's cell, in widget pixels."""
        return MARGIN + (index + 0.5 - self.first) * self.cell

    def index_at(self, x: float) -> int:
        """The frame at a place."""
        index = math.floor((x - MARGIN) / self.cell + self.first)
        return max(0, min(index, self.frames - 1))

    def in_view(self) -> tuple[int, int]:
        """First and last index of the frames in view, or partly so."""
        first = max(0, math.floor(self.first))
        return first, min(self.frames - 1, math.ceil(self.first + self.shown))

    def sees(self, index: int) -> bool:
        """Whether a frame is in view."""
        return self.first - 0.5 <= index <= self.first + self.shown

    def look_at(self, first: float) -> None:
        """Begin at this frame, as far as there are frames to fill the width."""
        self.first = max(0.0, min(first, self.frames - self.shown))

    def follow(self, index: int) -> bool:
        """Bring a frame into view; whether the view had to be moved for it."""
        if self.first <= index < self.first + self.shown:
            return False
        self.look_at(index - self.shown / 2)
        return True

    def move(self, turned: int) -> None:
        """Along by a turn of the wheel."""
        self.look_at(self.first - turned / 120 * self.shown / 8)

    def zoom(self, turned: int, x: float) -> None:
        """Nearer or farther by a turn of the wheel, what is at `x` staying there."""
        at = self.first + (x - MARGIN) / self.inner * self.shown
        shown = self.shown * math.pow(0.998, turned)
        shown = max(min(_LEAST, self.frames), min(shown, float(max(1, self.frames))))
        part = (at - self.first) / self.shown
        self.shown = shown
        self.look_at(at - part * shown)
