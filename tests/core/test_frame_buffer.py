"""The cache around a clip: bounded, quick, and never in the way of who looks."""

import threading
import time

import numpy as np
import pytest

from mer_core.clips import Clip, FrameBuffer
from mer_core.errors import Cancelled
from mer_core.progress import silent


class CountingClip(Clip):
    """Frames that hold their own index; remembers what was read, and takes `delay` seconds for each."""

    def __init__(self, frames: int, delay: float = 0.0) -> None:
        self.numbers = tuple(range(frames))
        self.width = self.height = 10
        self.delay = delay
        self.log: list[int] = []

    def read(self, index: int) -> np.ndarray:
        self._check(index)
        time.sleep(self.delay)
        self.log.append(index)
        return np.full((10, 10, 3), index, np.uint8)

    def fingerprint(self) -> str:
        return "counting"


def test_a_frame_is_read_once() -> None:
    clip = CountingClip(8)
    buffer = FrameBuffer(clip)
    assert not buffer.cached(3)
    assert buffer.frame(3)[0, 0, 0] == 3
    assert buffer.frame(3) is buffer.frame(3)
    assert clip.log == [3]
    assert buffer.cached(3)
    with pytest.raises(IndexError):
        buffer.frame(8)


def test_fill_goes_round_from_the_start() -> None:
    clip = CountingClip(6)
    buffer = FrameBuffer(clip)
    steps: list[tuple[int, int]] = []
    buffer.fill(4, lambda done, total, _: steps.append((done, total)))
    assert clip.log == [4, 5, 0, 1, 2, 3]
    assert buffer.loaded == 6
    assert steps[0] == (1, 6)
    assert steps[-1] == (6, 6)


@pytest.mark.parametrize("start", [0, 7, 50, 99])
def test_memory_is_bounded_and_spent_around_the_start(start: int) -> None:
    buffer = FrameBuffer(CountingClip(100), max_bytes=12 * 300)
    for index in (90, 3):
        buffer.frame(index)
    buffer.fill(start, silent)
    assert buffer.loaded == 12
    kept = [i for i in range(100) if buffer.cached(i)]
    assert kept == list(range(kept[0], kept[0] + 12))
    assert start in kept


def test_the_farthest_frame_makes_room() -> None:
    buffer = FrameBuffer(CountingClip(100), max_bytes=3 * 300)
    for index in (10, 50, 51, 52):
        buffer.frame(index)
    assert [i for i in range(100) if buffer.cached(i)] == [50, 51, 52]


def test_cancelled_ends_the_fill_and_keeps_what_is_there() -> None:
    def stop(done: int, total: int, text: str) -> None:  # noqa: ARG001
        if done == 3:
            raise Cancelled

    buffer = FrameBuffer(CountingClip(10))
    with pytest.raises(Cancelled):
        buffer.fill(0, stop)
    assert buffer.loaded == 3


def test_a_wanted_frame_does_not_wait_for_the_fill() -> None:
    clip = CountingClip(100, delay=0.01)
    buffer = FrameBuffer(clip)
    filling = threading.Thread(target=buffer.fill, args=(0, silent))
    filling.start()
    time.sleep(0.05)
    begun = time.perf_counter()
    assert buffer.frame(90)[0, 0, 0] == 90
    waited = time.perf_counter() - begun
    filling.join()
    assert waited < 0.1  # ten frames' worth; behind the fill it would be a second
    assert sorted(clip.log) == list(range(100))  # and nothing was read twice


def test_a_cached_frame_costs_microseconds() -> None:
    buffer = FrameBuffer(CountingClip(4))
    buffer.fill(0, silent)
    times = []
    for k in range(2000):
        begun = time.perf_counter()
        buffer.frame(k % 4)
        times.append(time.perf_counter() - begun)
    assert np.median(times) < 20e-6
