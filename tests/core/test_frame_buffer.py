"""The cache around a clip: bounded, quick, and never in the way of who looks."""

import threading
import time

import numpy as np
import pytest

from mer_core.clips import Clip, FrameBuffer
from mer_core.errors import Cancelled, ClipError
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
        return np.full((10, 10, 3), index % 256, np.uint8)

    def fingerprint(self) -> str:
        return "counting"


def test_a_frame_is_read_once() -> None:
    clip = CountingClip(8)
    buffer = FrameBuffer(clip)
    assert buffer.cached(3) is None
    assert buffer.frame(3)[0, 0, 0] == 3
    assert buffer.frame(3) is buffer.frame(3)
    assert clip.log == [3]
    assert buffer.cached(3) is buffer.frame(3)
    with pytest.raises(IndexError):
        buffer.frame(8)


def kept(buffer: FrameBuffer) -> list[int]:
    return [i for i in range(len(buffer.clip)) if buffer.cached(i) is not None]


def test_fill_goes_on_from_the_frame_looked_at_then_back() -> None:
    clip = CountingClip(6)
    buffer = FrameBuffer(clip)
    steps: list[tuple[int, int]] = []
    buffer.look(4)
    buffer.fill(lambda done, total, _: steps.append((done, total)))
    assert clip.log == [4, 5, 3, 2, 1, 0]
    assert buffer.loaded == 6
    assert not buffer.hungry
    assert steps[0] == (1, 6)
    assert steps[-1] == (6, 6)


@pytest.mark.parametrize("start", [0, 7, 50, 99])
def test_memory_is_bounded_and_spent_around_the_frame_looked_at(start: int) -> None:
    buffer = FrameBuffer(CountingClip(100), max_bytes=12 * 300)
    for index in (90, 3):
        buffer.frame(index)
    buffer.look(start)
    buffer.fill(silent)
    first = min(max(0, start - 3), 88)
    assert kept(buffer) == list(range(first, first + 12))
    assert buffer.span() == (first, first + 11)


def test_what_is_kept_follows_where_one_looks_and_to_which_side_one_moves() -> None:
    clip = CountingClip(1000)
    buffer = FrameBuffer(clip, max_bytes=40 * 300)
    for index in range(0, 500, 5):
        buffer.look(index)
        buffer.fill(silent)
        assert buffer.loaded == 40
    assert kept(buffer) == list(range(485, 525))
    assert len(clip.log) == len(set(clip.log))  # each frame was read once
    for index in range(495, 400, -5):
        buffer.look(index)
        buffer.fill(silent)
    assert kept(buffer) == list(range(375, 415))


def test_going_back_reads_a_group_of_pictures_forwards() -> None:
    clip = CountingClip(1000)
    clip.run_start = lambda index: index // 10 * 10  # type: ignore[method-assign]
    buffer = FrameBuffer(clip, max_bytes=40 * 300)
    for index in (500, 499):
        buffer.look(index)
    buffer.fill(silent)
    assert clip.log[:9] == list(range(490, 499))
    assert kept(buffer) == list(range(469, 509))


def test_what_is_played_over_and_over_stays() -> None:
    clip = CountingClip(1000)
    buffer = FrameBuffer(clip, max_bytes=40 * 300)
    buffer.hold((500, 530))
    for index in (500, 515, 530, 500, 515, 530):
        buffer.look(index)
        buffer.fill(silent)
    assert set(range(500, 531)) <= set(kept(buffer))
    assert len(clip.log) == 40


def test_less_memory_at_once() -> None:
    buffer = FrameBuffer(CountingClip(100), max_bytes=40 * 300)
    buffer.look(50)
    buffer.fill(silent)
    buffer.set_limit(10 * 300)
    assert buffer.loaded == 10
    assert buffer.cached(50) is not None
    buffer.set_limit(20 * 300)
    assert buffer.hungry


def test_what_is_dropped_lies_farthest_out_wherever_one_jumps() -> None:
    """The frame looked at and what is next to it stay; what has gone is never handed out again."""
    rng = np.random.default_rng(0)
    buffer = FrameBuffer(CountingClip(20_000), max_bytes=30 * 300)
    for index in rng.integers(0, 20_000, 60):
        buffer.look(int(index))
        for near in range(int(index), min(int(index) + 5, 20_000)):
            assert buffer.frame(near)[0, 0, 0] == near % 256
        there = kept(buffer)
        assert len(there) == buffer.loaded <= 30
        assert set(range(int(index), min(int(index) + 5, 20_000))) <= set(there)
    before = kept(buffer)
    buffer.set_limit(10 * 300)
    assert buffer.loaded == 10
    assert set(kept(buffer)) <= set(before)
    buffer.close()
    assert not kept(buffer)
    buffer.empty()
    assert not buffer._leaving


def test_closing_ends_the_fill() -> None:
    buffer = FrameBuffer(CountingClip(1000, delay=0.002))
    filling = threading.Thread(target=buffer.fill, args=(silent,))
    filling.start()
    time.sleep(0.05)
    buffer.close()
    filling.join(0.5)
    assert not filling.is_alive()
    assert buffer.loaded == 0


def test_a_frame_that_cannot_be_read_is_tried_once_and_said() -> None:
    class Damaged(CountingClip):
        def read(self, index: int) -> np.ndarray:
            if index == 5:
                self.log.append(index)
                raise ClipError("frame 5 is damaged")
            return super().read(index)

    clip = Damaged(20)
    buffer = FrameBuffer(clip)
    with pytest.raises(ClipError, match="frame 5"):
        buffer.fill(silent)
    assert buffer.loaded == 19
    buffer.fill(silent)
    assert clip.log.count(5) == 1


def test_the_farthest_frame_makes_room() -> None:
    buffer = FrameBuffer(CountingClip(100), max_bytes=3 * 300)
    for index in (10, 50, 51, 52):
        buffer.look(index)
        buffer.frame(index)
    assert kept(buffer) == [50, 51, 52]


def test_cancelled_ends_the_fill_and_keeps_what_is_there() -> None:
    def stop(done: int, total: int, text: str) -> None:  # noqa: ARG001
        if done == 3:
            raise Cancelled

    buffer = FrameBuffer(CountingClip(10))
    with pytest.raises(Cancelled):
        buffer.fill(stop)
    assert buffer.loaded == 3


def test_a_wanted_frame_does_not_wait_for_the_fill() -> None:
    clip = CountingClip(100, delay=0.01)
    buffer = FrameBuffer(clip)
    filling = threading.Thread(target=buffer.fill, args=(silent,))
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
    buffer.fill(silent)
    times = []
    for k in range(2000):
        begun = time.perf_counter()
        buffer.frame(k % 4)
        times.append(time.perf_counter() - begun)
    assert np.median(times) < 20e-6
