"""The open clip's frames: which one is shown, and how the next one gets there without holding up the window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.background import Worker
from mer_core.errors import Cancelled

if TYPE_CHECKING:  # what computes is imported in the working threads: the window opens without it
    import numpy as np

    from mer_core.clips import Clip, FrameBuffer

_TELL_EVERY = 0.05  # seconds between two words on how much is in memory


class Media(QObject):
    """At most one open clip. `index` is the frame *shown*; `seek` asks for another, which may take a moment to come."""

    opened = Signal()
    closed = Signal()
    open_failed = Signal(str)
    failed = Signal(str)  # a frame could not be read; the clip stays open
    frame_shown = Signal(int)
    buffered = Signal(int, int)  # frames in memory, frames in all

    _loaded = Signal(object, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.clip: Clip | None = None
        self.buffer: FrameBuffer | None = None
        self.index = 0
        self.image: np.ndarray | None = None
        self._wanted = 0
        self._reader = Worker("reader", self)
        self._filler = Worker("filler", self)
        self._closer = Worker("closer", self)
        self._jumps = 0  # counts frames shown from memory: one read late must not replace a newer one
        self._loaded.connect(self._tell_loaded)

    @property
    def frames(self) -> int:
        """How many frames the clip has; 0 without one."""
        return len(self.clip) if self.clip else 0

    @property
    def wanted(self) -> int:
        """The frame last asked for."""
        return self._wanted

    def number(self, index: int) -> int:
        """The source's own number of a frame."""
        return self.clip.numbers[index] if self.clip else index

    def open(self, path: Path, fps: float, index: int = 0) -> None:
        """Open a clip in place of the one shown; `opened` or `failed` follows."""
        self.close()

        def work() -> tuple[Clip, FrameBuffer, int, np.ndarray]:
            from mer_core.clips import FrameBuffer, open_clip

            clip = open_clip(path, fps)
            buffer = FrameBuffer(clip)
            start = min(index, len(clip) - 1)
            return clip, buffer, start, buffer.frame(start)

        self._reader.submit("open", work, self._take, self.open_failed.emit)

    def close(self) -> None:
        """Let go of the clip."""
        self._reader.forget()
        self._filler.forget()
        was_open = self.clip
        self.clip = self.buffer = self.image = None
        self.index = self._wanted = 0
        if was_open:
            self._closer.submit(f"close {id(was_open)}", was_open.close, lambda _: None, self.failed.emit)
            self.closed.emit()

    def seek(self, index: int) -> None:
        """Show a frame: at once if it is in memory, else as soon as it is read."""
        buffer = self.buffer
        if buffer is None:
            return
        self._wanted = index = max(0, min(index, self.frames - 1))
        if buffer.cached(index):
            self._jumps += 1
            self._show(index, buffer.frame(index))
            return
        jumps = self._jumps

        def show(image: np.ndarray) -> None:
            if buffer is self.buffer and jumps == self._jumps:
                self._show(index, image)

        self._reader.submit("seek", lambda: buffer.frame(index), show, self.failed.emit)

    def step(self, frames: int) -> None:
        """Move by frames from where the user wants to be."""
        self.seek(self._wanted + frames)

    def stop(self) -> None:
        """Close, and end the threads."""
        self.close()
        self._reader.stop()
        self._filler.stop()
        self._closer.stop()

    def _take(self, opened: tuple[Clip, FrameBuffer, int, np.ndarray]) -> None:
        self.clip, self.buffer, start, image = opened
        self._wanted = start
        buffer = self.buffer

        told = time.monotonic()

        def report(done: int, total: int, text: str) -> None:  # noqa: ARG001 - the shape of a progress callback
            nonlocal told
            if buffer is not self.buffer:
                raise Cancelled
            if done == total or time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                self._loaded.emit(buffer, done, total)

        self.index, self.image = start, image
        self.opened.emit()
        self.frame_shown.emit(start)
        self._filler.submit("fill", lambda: buffer.fill(start, report), lambda _: None, self.failed.emit)

    def _tell_loaded(self, buffer: FrameBuffer, done: int, total: int) -> None:
        if buffer is self.buffer:
            self.buffered.emit(done, total)

    def _show(self, index: int, image: np.ndarray) -> None:
        self.index, self.image = index, image
        self.frame_shown.emit(index)
