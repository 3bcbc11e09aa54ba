"""Spot the movements of a whole clip: its motion curve, and what to suggest as onset, apex and offset."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mer_core.clips import Clip
from mer_core.faces import FaceChoice, align_clip
from mer_core.progress import Progress, silent
from mer_core.spotting.confidence import exists, strength, within
from mer_core.spotting.curve import Cells, MotionCurve, motion_curve
from mer_core.spotting.fit import Movement, Movements
from mer_core.spotting.suggestion import NEAR, Suggestion
from mer_core.spotting.track import Track, link, track

RECIPE = 4  # to be raised whenever a change alters the numbers: part of a kept curve's identity
_WHOLE = 8.0  # seconds, and
_MOST = 1600  # frames, up to which a clip is looked at at once
_BLOCK = 4.0  # seconds tracked from one reference frame in longer ones; two at a time are searched
_RATE = 100.0  # frames a second that are enough to find a micro-expression in a long clip
_PAUSE = 10.0  # times the usual step from frame to frame: so long a step is a pause in the recording
_LENGTHS = (1.2, 3.0, 8.0)  # seconds in which, long and short, single movements are looked for
_MANY = 3  # movements at most in each
_FEWEST = 8  # frames to look for one in
_LEAST = 0.3  # confidence that there is anything


@dataclass(frozen=True, eq=False)
class Spotting:
    """What is found in a clip, or in its first part: `blocks` of `total` are done.

    suggestions: in the order of their apexes.
    """

    curve: MotionCurve
    suggestions: tuple[Suggestion, ...]
    blocks: int
    total: int

    @property
    def complete(self) -> bool:
        """Whether the clip was looked at to its end."""
        return self.blocks >= self.total


def spot(
    clip: Clip,
    progress: Progress = silent,
    *,
    choice: FaceChoice | None = None,
    begun: Spotting | None = None,
    keep: Callable[[Spotting], None] = lambda _: None,
) -> Spotting:
    """Spot the movements of `clip`.

    A clip of up to eight seconds is looked at whole, frame by frame. In a longer one every so many frames are taken
    that a hundred a second remain, and two blocks of four seconds are searched at a time. `keep` is given what is known
    after each block, and `begun` goes on from that. `choice`: whose face. Raises ClipError where a frame cannot be
    read, NoFaceError where there is no face.
    """
    blocks, rate = _blocks(clip)
    alignment = align_clip(clip, choice=choice)
    total = sum(len(block) for block in blocks)
    work = _Progress(progress, total, clip.path.name)
    if len(blocks) == 1:
        whole = _found_whole(track(clip, alignment, blocks[0], work.tell), clip, rate)
        keep(whole)
        return whole
    done = begun.blocks if begun is not None else 0
    result = begun
    start = max(0, done - 1)
    work.done = sum(len(block) for block in blocks[:start])
    before: Track | None = None
    for number in range(start, len(blocks)):
        after = track(clip, alignment, blocks[number], work.tell)
        if before is not None:
            after = _joined(clip, before, after)
        if number >= max(1, done) and before is not None:
            window = Track(
                np.concatenate([before.indices, after.indices]),
                np.concatenate([before.moved, after.moved]),
                np.concatenate([before.head, after.head]),
                after.alignment,
            )
            result = _extended(result, _search(window, clip, rate), blocks, number)
            keep(result)
        before = after
    if result is None:
        raise ValueError("a clip in blocks has at least two")
    return result


def _found_whole(window: Track, clip: Clip, rate: float) -> Spotting:
    curve, suggestions = _search(window, clip, rate)
    return Spotting(curve, tuple(suggestions), 1, 1)


class _Progress:
    """Counts frames done by several threads."""

    def __init__(self, progress: Progress, total: int, name: str) -> None:
        self._progress, self._total, self._text = progress, total, f"Looking for movements in {name}"
        self._lock = threading.Lock()
        self.done = 0

    def tell(self) -> None:
        with self._lock:
            self.done += 1
            self._progress(min(self.done, self._total), self._total, self._text)


def _blocks(clip: Clip) -> tuple[list[np.ndarray], float]:
    """The frame indices to look at, block by block, and how many a second they are."""
    frames, fps = len(clip), _rate(clip)
    if frames <= _WHOLE * fps:
        step = -(-frames // _MOST)
        return [np.arange(0, frames, step)], fps / step
    step = max(1, round(fps / _RATE))
    indices = np.arange(0, frames, step)
    count = min(max(2, round(frames / fps / _BLOCK)), len(indices) // _FEWEST)
    return np.array_split(indices, max(1, count)), fps / step


def _rate(clip: Clip) -> float:
    """Frames a second, the mean over the clip where they are unevenly spaced; what was not recorded does not count."""
    steps = np.diff(clip.times)
    steps = steps[steps <= _PAUSE * np.median(steps)] if len(steps) else steps
    seconds = float(steps.sum())
    return len(steps) / seconds if seconds > 0 else clip.fps


def _joined(clip: Clip, before: Track, after: Track) -> Track:
    """`after` as if its reference frame were that of `before`."""
    middle = len(before.indices) // 2
    shift = before.moved[middle] + link(clip, before, after)
    return Track(after.indices, after.moved + shift, after.head, after.alignment)


def _search(window: Track, clip: Clip, rate: float) -> tuple[MotionCurve, list[Suggestion]]:
    cells = Cells.of(window.alignment)
    columns = (window.moved * np.sqrt(cells.face)[..., None]).reshape(len(window.indices), -1)
    found: list[Suggestion] = []
    for stretch in _stretches(len(columns), rate):
        movements = Movements(columns[stretch], rate)
        for _ in range(_MANY):
            movement = movements.next()
            if movement is None:
                break
            suggestion = _suggestion(movement, window, stretch, cells, clip)
            if suggestion is not None:
                found.append(suggestion)
    suggestions = _different(found)
    resting = np.ones(len(window.indices), bool)
    for each in suggestions:
        begun = window.indices > (-1 if each.onset is None else each.onset)
        resting &= ~(begun & (window.indices < (len(clip) if each.offset is None else each.offset)))
    if resting.sum() < max(3, len(resting) // 20):
        resting[:] = True
    curve = motion_curve(window.indices, window.moved, window.head, resting, rate, cells)
    return curve, suggestions


def _stretches(rows: int, rate: float) -> list[slice]:
    """Where single movements are looked for: everywhere in a short window, else in stretches of several lengths.

    The same action may come again and again, and what follows a course over the whole of a long window need not: so a
    movement is only compared with what is near it, for a time that befits its length.
    """
    if rows < _FEWEST:
        return []
    found = [slice(0, rows)] if rows <= _LENGTHS[-1] * rate else []
    for seconds in _LENGTHS:
        length = max(_FEWEST, round(seconds * rate))
        if length < 0.7 * rows:
            count = -(-(rows - length) // (length // 2)) + 1
            found += [slice(start, start + length) for start in np.linspace(0, rows - length, count).astype(int)]
    return found or [slice(0, rows)]


def _different(found: list[Suggestion]) -> list[Suggestion]:
    """The surest of those that are one movement seen in several stretches; in the order of their apexes."""
    kept: list[Suggestion] = []
    for each in sorted(found, key=lambda each: -each.confidence):
        if not any(_same(each, other) for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.apex)


def _same(one: Suggestion, other: Suggestion) -> bool:
    return _during(one.apex, other) or _during(other.apex, one)


def _during(index: int, movement: Suggestion) -> bool:
    """What begins before the clip, or ends after it, lasts from its first or to its last frame."""
    after = movement.onset is None or movement.onset <= index
    return after and (movement.offset is None or index <= movement.offset)


def _suggestion(movement: Movement, window: Track, stretch: slice, cells: Cells, clip: Clip) -> Suggestion | None:
    course, rows = movement.course, len(window.indices)
    length = stretch.stop - stretch.start
    marks = np.array([course.onset, movement.apex, course.offset])
    # Cut off by the end of a stretch it is seen whole in the next one; by that of the clip, it is as it is.
    cut_off = (course.onset < 0 and stretch.start > 0) or (course.offset > length - 1 and stretch.stop < rows)
    if cut_off or not -0.5 <= movement.apex <= length - 0.5:
        return None
    onset_row, apex_row, offset_row = np.clip(np.rint(marks), 0, length - 1).astype(int) + stretch.start
    way = np.linalg.norm(np.tensordot(movement.weights, window.moved[stretch], 1), axis=2)
    pixels = strength(way, cells.face)
    head = float(np.ptp(window.head[onset_row : offset_row + 1]))
    side = window.alignment.size / window.alignment.scale
    there = exists(movement.share, pixels, strength(way, cells.lids), head, side)
    if there < _LEAST:
        return None
    begins, ends = course.onset > -0.5, course.offset < length - 0.5
    step = float(window.indices[1] - window.indices[0])
    onset, apex, offset = (int(window.indices[row]) for row in (onset_row, apex_row, offset_row))
    sure = [there * within(near, step * spread) for near, spread in zip(NEAR, movement.spread, strict=True)]
    regions = sorted(
        ((way * share).sum() / max(float(share.sum()), 1e-6), name) for name, share in cells.regions.items()
    )
    return Suggestion(
        onset=onset if begins else None,
        apex=apex,
        offset=offset if ends else None,
        confidence=round(sure[1], 3),
        onset_confidence=round(sure[0], 3) if begins else 0.0,
        offset_confidence=round(sure[2], 3) if ends else 0.0,
        pixels=round(pixels, 3),
        regions=tuple(name for _, name in reversed(regions[-3:])),
        seconds=round(float(clip.times[offset] - clip.times[onset]), 4),
    )


def _extended(
    result: Spotting | None, found: tuple[MotionCurve, list[Suggestion]], blocks: list[np.ndarray], number: int
) -> Spotting:
    """What is known with the window of blocks `number` - 1 and `number`: its middle, where both sides are seen."""
    curve, suggestions = found
    begin = 0 if number == 1 else int(blocks[number - 1][len(blocks[number - 1]) // 2])
    last = number == len(blocks) - 1
    end = int(blocks[number][-1]) + 1 if last else int(blocks[number][len(blocks[number]) // 2])
    new = [each for each in suggestions if begin <= each.apex < end]
    kept = list(result.suggestions) if result is not None else []
    kept = _different([*kept, *new])
    part = curve.part(begin, end)
    whole = part if result is None else result.curve + part
    return Spotting(whole, tuple(kept), number + 1, len(blocks))
