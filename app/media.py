"""The open clip's frames: which one is shown, and how the next one gets there without holding up the window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app import places
from app.background import Worker
from mer_core.errors import Cancelled

if TYPE_CHECKING:  # what computes is imported in the working threads: the window opens without it
    import numpy as np

    from mer_core.clips import Clip, FrameBuffer

    _Opened = tuple[object, Clip, FrameBuffer, int, np.ndarray]

_TELL_EVERY = 0.05  # seconds between two words on how far something is
_SETTLED = 120  # milliseconds without another clip asked for, after which the last one is opened


class Media(QObject):
    """At most one open clip. `index` is the frame *shown*; `seek` asks for another, which may take a moment to come."""

    opened = Signal()
    closed = Signal()
    open_failed = Signal(str)
    opening = Signal(int, int, str)  # how far the opening is, of a clip that takes a while; equal: it is over
    opening_cancelled = Signal()
    failed = Signal(str)  # a frame could not be read; the clip stays open
    frame_shown = Signal(int)
    buffered = Signal(int, int)  # of what is to be in memory at first, how much is; then equal, at each change

    _loaded = Signal(object, int, int)
    _listed = Signal(object, int, int, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.clip: Clip | None = None
        self.buffer: FrameBuffer | None = None
        self.index = 0
        self.image: np.ndarray | None = None
        self.memory = 1 << 30  # bytes for frames
        self._wanted = 0
        self._reader = Worker("reader", self)
        self._filler = Worker("filler", self)
        self._closer = Worker("closer", self)
        self._filled = False  # whether what is kept has once been complete; from then on it only follows
        self._refused = False  # whether the frame last asked for cannot be read
        self._jumps = 0  # counts frames shown from memory: one read late must not replace a newer one
        self._asked: tuple[Path, float, int] | None = None  # the clip being opened
        self._opening: object = None  # names the opening under way; another one, or none, ends it
        self._asked_at = 0.0
        self._settle = QTimer(self)  # clips leafed through are not opened
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._start_opening)
        self._loaded.connect(self._tell_loaded)
        self._listed.connect(self._tell_listed)

    @property
    def frames(self) -> int:
        """How many frames the clip has; 0 without one."""
        return len(self.clip) if self.clip else 0

    @property
    def is_opening(self) -> bool:
        """Whether a clip has been asked for and is not there yet."""
        return self._asked is not None

    @property
    def wanted(self) -> int:
        """The frame last asked for."""
        return self._wanted

    @property
    def is_reading(self) -> bool:
        """Whether the frame last asked for is still to come."""
        return self.index != self._wanted and not self._refused

    def number(self, index: int) -> int:
        """The source's own number of a frame."""
        return self.clip.numbers[index] if self.clip else index

    def open(self, path: Path, fps: float, index: int = 0) -> None:
        """Open a clip in place of the one shown; `opened`, `open_failed` or `opening_cancelled` follows.

        Of several asked for in quick succession only the first and the last are opened.
        """
        self.close()
        now = time.monotonic()
        leafing = 1000 * (now - self._asked_at) < _SETTLED
        self._asked, self._asked_at = (path, fps, index), now
        self._settle.start(_SETTLED if leafing else 0)

    def cancel_opening(self) -> None:
        """Give up the opening under way."""
        if self._asked is not None:
            self._end_opening()
            self.opening_cancelled.emit()

    def close(self) -> None:
        """Let go of the clip, or give up opening it."""
        self._end_opening()
        clip, buffer = self.clip, self.buffer
        self.clip = self.buffer = self.image = None
        self.index = self._wanted = 0
        if clip is not None and buffer is not None:
            self._let_go(clip, buffer)
            self.closed.emit()

    def set_memory(self, limit: int) -> None:
        """Keep frames in no more than this many bytes."""
        self.memory = limit
        buffer = self.buffer
        if buffer is not None:
            self._closer.submit("memory", lambda: buffer.set_limit(limit), lambda _: self._fill(), self.failed.emit)

    def seek(self, index: int) -> None:
        """Show a frame: at once if it is in memory, else as soon as it is read."""
        buffer = self.buffer
        if buffer is None:
            return
        self._wanted = index = max(0, min(index, self.frames - 1))
        self._refused = False
        buffer.look(index)
        image = buffer.cached(index)
        if image is not None:
            self._jumps += 1
            self._show(index, image)
            self._fill()
            return
        jumps = self._jumps

        def show(image: np.ndarray) -> None:
            if buffer is self.buffer and jumps == self._jumps:
                self._show(index, image)
            self._fill()  # not before: it would take time from the frame that is waited for

        def fail(sentence: str) -> None:
            self._refused = self._refused or (buffer is self.buffer and index == self._wanted)
            self.failed.emit(sentence)
            self._fill()

        self._reader.submit("seek", lambda: buffer.frame(index), show, fail)

    def step(self, frames: int) -> None:
        """Move by frames from where the user wants to be."""
        self.seek(self._wanted + frames)

    def stop(self) -> None:
        """Close, and end the threads."""
        self.close()
        self._reader.stop()
        self._filler.stop()
        self._closer.stop()

    # Opening

    def _start_opening(self) -> None:
        if self._asked is None:
            return
        path, fps, index = self._asked
        self._opening = opening = object()
        memory, folder, told = self.memory, places.index_folder(), time.monotonic()

        def report(done: int, total: int, text: str) -> None:
            nonlocal told
            if opening is not self._opening:
                raise Cancelled
            if time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                self._listed.emit(opening, done, total, text)

        def work() -> _Opened:
            from mer_core.clips import FrameBuffer, open_clip

            clip = open_clip(path, fps, progress=report, index_folder=folder)
            buffer = FrameBuffer(clip, memory)
            start = min(index, len(clip) - 1)
            return opening, clip, buffer, start, buffer.frame(start)

        def fail(sentence: str) -> None:
            if opening is self._opening:
                self._end_opening()
                self.open_failed.emit(sentence)

        self._reader.submit("open", work, self._take, fail)

    def _end_opening(self) -> None:
        self._settle.stop()
        self._asked = self._opening = None
        self.opening.emit(1, 1, "")

    def _tell_listed(self, opening: object, done: int, total: int, text: str) -> None:
        if opening is self._opening and self._asked is not None:
            self.opening.emit(min(done, total - 1), total, f"{text} of {self._asked[0].name}")

    def _take(self, opened: _Opened) -> None:
        opening, clip, buffer, start, image = opened
        if opening is not self._opening:
            self._let_go(clip, buffer)
            return
        self._end_opening()
        buffer.set_limit(self.memory)  # it may have been changed meanwhile
        buffer.look(start)
        self.clip, self.buffer = clip, buffer
        self.index, self.image, self._wanted = start, image, start
        self._filled = False
        self.opened.emit()
        self.frame_shown.emit(start)
        self._fill()

    # Memory

    def _let_go(self, clip: Clip, buffer: FrameBuffer) -> None:
        buffer.close()

        def work() -> None:
            buffer.empty()
            clip.close()

        self._closer.submit(f"close {id(clip)}", work, lambda _: None, self.failed.emit)

    def _fill(self) -> None:
        """Have frames read ahead, if there is something to read and nobody at it."""
        buffer = self.buffer
        if buffer is None or self._filler.busy or not buffer.hungry:
            return
        told = time.monotonic()

        def report(done: int, total: int, text: str) -> None:  # noqa: ARG001 - the shape of a progress callback
            nonlocal told
            if time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                self._loaded.emit(buffer, done, total)

        def end(_: object) -> None:
            if buffer is self.buffer:
                self._filled = True
                self.buffered.emit(buffer.capacity, buffer.capacity)
            self._fill()

        def fail(sentence: str) -> None:
            if buffer is self.buffer:
                self.failed.emit(sentence)
            end(None)  # what can be read is in memory

        self._filler.submit("fill", lambda: buffer.fill(report), end, fail)

    def _tell_loaded(self, buffer: FrameBuffer, done: int, total: int) -> None:
        if buffer is self.buffer:
            self.buffered.emit(total if self._filled else done, total)

    def _show(self, index: int, image: np.ndarray) -> None:
        self.index, self.image = index, image
        self.frame_shown.emit(index)
