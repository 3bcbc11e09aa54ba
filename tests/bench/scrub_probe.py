"""One measurement of scrubbing or playing in a process of its own; the last line printed is its figures as JSON."""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.main_window import MainWindow
from mer_core.clips import open_clip
from mer_core.clips.video_index import index_video
from tests.bench.probe import Painted
from tests.e2e.hands import Pulse, wait, wait_until

_MOVES = 150
_SECONDS = 4
_MB = 1 << 20
_LEFT = Qt.MouseButton.LeftButton


def scrub(file: str) -> dict[str, Any]:
    """The slider moved at random: with all frames in memory, then with next to none beside PyAV for the same frames."""
    pulse = Pulse()
    window = window_on(Path(file), 2048, pulse)
    media, timeline = window.desk.media, window.player.timeline
    pauses = {"opening": pulse.stop()}
    rng = random.Random(0)
    watch = _Watch(window.player.view)
    QTest.mousePress(timeline, _LEFT, pos=_place(window, 0))
    pulse.start()
    cached = [_move(window, watch, rng.randrange(media.frames)) for _ in range(2 * _MOVES)]
    pauses["scrubbing in memory"] = pulse.stop()

    media.set_memory(64 * _MB)
    alone = _Alone(file)
    uncached: list[float] = []
    decoding: list[float] = []
    to_rgb: list[float] = []
    reading: list[float] = []
    clip = open_clip(Path(file))
    wait_until(lambda: not media._filler.busy, "nothing is read ahead")
    pulse_seen = 0.0
    while len(uncached) < _MOVES:
        index = timeline.index_at(_place(window, rng.randrange(media.frames)).x())
        near = media.buffer is None or media.buffer.cached(index) is not None or alone.same_group(index, media.index)
        if near:  # decoded already on the way to another
            continue

        def through_the_window(index: int = index) -> None:
            nonlocal pulse_seen
            pulse.start()
            uncached.append(_move(window, watch, index))
            wait_until(lambda: not media._filler.busy, "what is near is read")
            pulse_seen = max(pulse_seen, pulse.stop())

        def beside_it(index: int = index) -> None:
            for times, milliseconds in zip((decoding, to_rgb), alone.seek(index), strict=True):
                times.append(milliseconds)
            begun = time.perf_counter()
            clip.read(index)
            reading.append(1000 * (time.perf_counter() - begun))

        # By turns, for who comes second finds the file's bytes in the processor's cache.
        ways = (through_the_window, beside_it) if len(uncached) % 2 else (beside_it, through_the_window)
        for way in ways:
            way()
    pauses["scrubbing not in memory"] = pulse_seen
    QTest.mouseRelease(timeline, _LEFT, pos=_place(window, 0))
    window.close()
    clip.close()
    figures = {"cached": cached, "uncached": uncached, "reading": reading, "decoding": decoding, "to_rgb": to_rgb}
    return {**figures, "pauses": pauses}


def play(file: str, memory: str, direction: str) -> dict[str, Any]:
    """Painted frames and the rate at which the index goes on, at 1×."""
    pulse = Pulse()  # kept: one let go of while it beats may be collected by another thread, which ends the process
    window = window_on(Path(file), int(memory), pulse)
    pulse.stop()
    playback = window.player.playback
    window.player.speed.setCurrentIndex(window.player.speed.count() - 1)
    media = window.desk.media
    if direction == "-1":
        media.seek(media.frames - 1)
        wait_until(lambda: media.index == media.wanted and not media._filler.busy, "the end is shown")
    playback.loop = (0, media.frames - 1)
    seen: list[int] = []
    media.frame_shown.connect(seen.append)
    watch = _Watch(window.player.view)
    playback.play(int(direction))
    pulse.start()
    begun = time.perf_counter()
    wait(1000 * _SECONDS)
    seconds = time.perf_counter() - begun
    playback.pause()
    pause = pulse.stop()
    steps = (np.diff(seen) * int(direction)) % media.frames
    window.close()
    clip_rate = 200.0
    return {"painted": watch.count / seconds, "rate": float(steps.sum()) / seconds / clip_rate, "pause": pause}


def hour(file: str) -> dict[str, Any]:
    """A very long video: opened, closed, opened again, jumped about in."""
    pulse = Pulse()
    begun = time.perf_counter()
    window = window_on(Path(file), 512, pulse, filled=False)
    first = time.perf_counter() - begun
    pauses = {"opening": pulse.stop()}
    media = window.desk.media
    clip = window.desk.session.clip
    assert clip is not None
    window.desk.media.close()
    begun = time.perf_counter()
    window.desk.open_again()
    wait_until(lambda: media.image is not None, "it is open again", 120)
    again = time.perf_counter() - begun
    watch, rng = _Watch(window.player.view), random.Random(0)
    QTest.mousePress(window.player.timeline, _LEFT, pos=_place(window, 0))
    pulse.start()
    jumps = [_move(window, watch, rng.randrange(media.frames)) for _ in range(60)]
    pauses["jumping"] = pulse.stop()
    QTest.mouseRelease(window.player.timeline, _LEFT, pos=_place(window, 0))
    wait_until(lambda: not media._filler.busy, "memory is full", 240)
    rss = int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024
    for what, act in (
        ("memory halved", lambda: media.set_memory(256 * _MB)),
        ("closing, 256 MB of frames", media.close),
    ):
        pulse.start()
        act()
        wait_until(lambda: not media._closer.busy and not media._filler.busy, "frames are let go of", 60)
        wait(100)
        pauses[what] = pulse.stop()
    window.close()
    p50, p95 = np.percentile(jumps, (50, 95))
    return {"first": first, "again": again, "rss": rss, "limit": 512, "p50": p50, "p95": p95, "pauses": pauses}


def scrub_imageview(frames: str) -> dict[str, Any]:
    """pyqtgraph's ImageView moved at random through frames in memory."""
    view = _imageview(int(frames))
    watch, rng = _Watch(view.ui.graphicsView.viewport()), random.Random(0)
    times = []
    for _ in range(2 * _MOVES):
        index = rng.randrange(int(frames))
        if index != view.currentIndex:
            times.append(watch.time(lambda index=index: view.setCurrentIndex(index)))  # type: ignore[misc]
    return {"cached": times}


def play_imageview(frames: str) -> dict[str, Any]:
    """pyqtgraph's ImageView playing 200 frames a second."""
    view = _imageview(int(frames))
    seen: list[int] = []
    view.sigTimeChanged.connect(lambda index, _: seen.append(int(index)))
    watch = _Watch(view.ui.graphicsView.viewport())
    view.play(200)
    begun = time.perf_counter()
    wait(min(1000 * _SECONDS, 5 * int(frames) - 300))
    seconds = time.perf_counter() - begun
    view.play(0)
    return {"painted": watch.count / seconds, "rate": (seen[-1] - seen[0]) / seconds / 200}


class _Watch:
    """Counts a widget's paints and times how long one takes to come."""

    def __init__(self, widget: QWidget) -> None:
        self.count = 0
        self._loop = QEventLoop()
        self._painted = Painted(widget, self._note)

    def _note(self) -> None:
        self.count += 1
        self._loop.quit()

    def time(self, act: Callable[[], object], shown: Callable[[], bool] = lambda: True) -> float:
        """Milliseconds from the call to the first paint when what is wanted is shown."""
        begun = time.perf_counter()
        act()
        while True:
            self._loop.exec()  # waits without taking processor time from those who decode
            if shown():
                return 1000 * (time.perf_counter() - begun)


class _Alone:
    """PyAV's own way to a frame: seek to the key picture before it and decode."""

    def __init__(self, file: str) -> None:
        import av

        self._container = av.open(file)
        self._stream = self._container.streams.video[0]
        index = index_video(Path(file))
        self._times = index.packets.pts[index.order]
        self._keys = index.keys

    def same_group(self, index: int, other: int) -> bool:
        return bool(self._keys[index] == self._keys[other])

    def seek(self, index: int) -> tuple[float, float]:
        """Milliseconds until the frame is decoded, and until it is RGB."""
        wanted = int(self._times[index])
        begun = time.perf_counter()
        self._container.seek(wanted, stream=self._stream)
        frame = next(frame for frame in self._container.decode(self._stream) if frame.pts == wanted)
        decoded = time.perf_counter()
        frame.to_ndarray(format="rgb24")
        return 1000 * (decoded - begun), 1000 * (time.perf_counter() - begun)


def window_on(file: Path, memory: int, pulse: Pulse, *, filled: bool = True) -> MainWindow:
    """The real window on a video, `memory` MB for frames; the pulse beats from before the opening."""
    from app.launch import make_application, open_window

    make_application()
    window = open_window([], demo=False)
    wait_until(lambda: window.plots.motion is not None, "the plots are loaded")
    wait(300)
    window.desk.media.set_memory(memory * _MB)
    pulse.start()
    window.open_paths([file])
    media = window.desk.media
    wait_until(lambda: media.image is not None, "the clip is open", 240)
    if filled:
        wait_until(lambda: media.buffer is not None and not media.buffer.hungry, "frames are in memory", 120)
        wait_until(lambda: not window.desk.live._worker.busy, "the face was looked for", 120)
    window.activateWindow()
    return window


def _place(window: MainWindow, index: int) -> QPoint:
    return QPoint(round(window.player.timeline.x_of(index)), 34)


def _move(window: MainWindow, watch: _Watch, index: int) -> float:
    """Milliseconds from moving the slider to another place until the frame there is painted."""
    media, timeline = window.desk.media, window.player.timeline
    place = _place(window, index)
    wanted = timeline.index_at(place.x())
    if wanted == media.index:
        return _move(window, watch, (index + media.frames // 3) % media.frames)
    return watch.time(lambda: QTest.mouseMove(timeline, place), lambda: media.index == wanted)


def _imageview(frames: int) -> Any:
    import pyqtgraph as pg

    QApplication.instance() or QApplication([])
    view = pg.ImageView()
    data = np.random.default_rng(0).integers(0, 255, (frames, 480, 640, 3), dtype=np.uint8)
    view.setImage(data, axes={"t": 0, "y": 1, "x": 2, "c": 3}, levels=(0, 255))
    view.resize(1280, 800)
    view.show()
    wait(500)
    return view


if __name__ == "__main__":
    PROBES: dict[str, Callable[..., dict[str, Any]]] = {
        each.__name__: each for each in (scrub, play, hour, scrub_imageview, play_imageview)
    }
    print(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])))
