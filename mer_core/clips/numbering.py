"""The numbers in the names of a folder's pictures: which of them orders the frames, and what it tells about time."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from mer_core.errors import ClipError

_SURELY_STAMPS = 2**31  # no count of frames: ten thousand a second would take two days and a half
_STRIDE = 4  # numbers that rise by so much from frame to frame may be stamps of time
_REGULAR = 8  # steps that have to be much alike to tell stamps from a few frames picked out of a recording
_LEAP = 1e6  # frames: a step that no recording has, whatever its numbers mean


def ordered(folder: Path, names: list[str]) -> tuple[list[str], list[int], str]:
    """The names in the order of their frames, the frames' numbers, ascending, and what is to be said of it.

    The number of a frame is the last one in its name; or, where that repeats (``f12_640x480``), the last one that does
    not. Where that leaves gaps, and all numbers of the names together, read from left to right, give another order, as
    in times of day (``12-00-00.995``, ``12-00-01.000``), theirs is the order and the frames are numbered from 0, as
    where the names have no numbers at all. Raises ClipError where a name has no number, or two have the same.
    """
    fields = [tuple(int(digits) for digits in re.findall(r"[0-9]+", Path(name).stem)) for name in names]
    if not any(fields):  # no name has a number: the names' own order is all there is
        return names, list(range(len(names))), ""
    for name, row in zip(names, fields, strict=True):
        if not row:
            raise ClipError(
                f"{folder / name} has no frame number in its name; rename it, or move it out of the clip's folder."
            )
    numbers = _one_of_each(fields)
    order = sorted(range(len(names)), key=numbers.__getitem__)
    for before, after in pairwise(order):
        if numbers[before] == numbers[after]:
            raise ClipError(
                f"{names[before]} and {names[after]} in {folder} are both frame {numbers[after]}; "
                "leave one of each in the folder."
            )
    together = sorted(range(len(names)), key=fields.__getitem__)
    counted = numbers[order[-1]] - numbers[order[0]] == len(names) - 1
    if order != together and not counted and len({len(row) for row in fields}) == 1:
        said = "Ordered by all numbers in the files' names, from left to right; numbered from 0, evenly spaced"
        return [names[i] for i in together], list(range(len(names))), said
    return [names[i] for i in order], [numbers[i] for i in order], ""


def _one_of_each(fields: list[tuple[int, ...]]) -> list[int]:
    for column in range(1, min(map(len, fields)) + 1):
        numbers = [row[-column] for row in fields]
        if len(set(numbers)) == len(numbers):
            return numbers
    return [row[-1] for row in fields]


def places(numbers: tuple[int, ...]) -> tuple[np.ndarray, str]:
    """When each frame was taken, in frames from the first, (N,) float64; and, where they are not counted, how so.

    Numbers that rise by 1 count frames, and what is missing of them was dropped while time passed. Numbers that rise by
    4 or more throughout, or are beyond 2³¹, are stamps of time: their usual step is one frame. Where a step is a leap
    that no recording has, numbers tell no time, and frames are taken as evenly spaced.
    """
    rise = np.array([number - numbers[0] for number in numbers], np.float64)  # before it is a float: stamps are large
    steps = np.diff(rise)
    if not len(steps):
        return rise, ""
    usual = float(np.median(steps))
    alike = steps[(steps > 0.5 * usual) & (steps < 1.5 * usual)]
    regular = len(steps) >= _REGULAR and len(steps) - len(alike) <= max(1, 0.1 * len(steps))
    stamps = usual >= _STRIDE and (regular or numbers[-1] >= _SURELY_STAMPS)
    unit = float(alike.mean()) if stamps else 1.0
    if steps.max() > _LEAP * unit:
        return np.arange(
            len(numbers), dtype=np.float64
        ), "Numbered with leaps no recording has: frames taken as evenly spaced"
    return rise / unit, f"Numbers taken as stamps of time, {unit:.4g} a frame" if stamps else ""
