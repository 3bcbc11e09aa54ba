"""Facial actions as smooth displacement fields, and their course in time.

The action units and what they move are those of the Facial Action Coding System (Ekman, Friesen & Hager 2002); the
shapes of the fields are ours: sums of Gaussian bumps around facial points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Points = Mapping[str, tuple[float, float]]
"""Facial points in pixels; paired ones end in ``_r`` and ``_l``, the person's right (the picture's left) and left."""


@dataclass(frozen=True)
class Bump:
    """A Gaussian push around a facial point: direction at its peak (outward from the midline, down) and its width."""

    point: str
    outward: float
    down: float
    width: float  # standard deviation, in distances between the eyes


# fmt: off
ACTION_UNITS: dict[int, tuple[Bump, ...]] = {
    1: (Bump("brow_inner", 0, -1, .15), Bump("forehead", 0, -.4, .22)),
    2: (Bump("brow_outer", 0, -1, .16), Bump("brow_mid", 0, -.5, .14)),
    4: (Bump("brow_inner", -.4, .85, .16), Bump("brow_mid", -.2, .45, .15), Bump("glabella", 0, .45, .12)),
    5: (Bump("lid_upper", 0, -1, .09),),
    6: (Bump("cheek", .05, -.8, .24), Bump("lid_lower", 0, -.4, .10), Bump("eye_outer", -.25, -.15, .12)),
    7: (Bump("lid_lower", 0, -.9, .10), Bump("lid_upper", 0, .4, .09)),
    9: (Bump("nose_wing", 0, -.9, .14), Bump("nose_side", -.2, -.8, .13), Bump("brow_inner", -.1, .35, .13)),
    10: (Bump("lip_upper", 0, -1, .13), Bump("nose_wing", .1, -.4, .13)),
    12: (Bump("mouth_corner", .65, -.75, .17), Bump("cheek_low", .25, -.5, .20)),
    15: (Bump("mouth_corner", .1, 1, .16), Bump("chin_side", 0, .3, .16)),
    17: (Bump("chin", 0, -1, .20), Bump("lip_lower", 0, -.5, .14)),
    20: (Bump("mouth_corner", 1, .1, .17), Bump("chin_side", .5, .1, .18)),
    45: (Bump("lid_upper", 0, 1, .085),),
}
# fmt: on


@dataclass(frozen=True)
class Field:
    """A displacement field in the pixels of a face at rest: centres (K, 2), pushes (K, 2), standard deviations (K,)."""

    centres: np.ndarray
    pushes: np.ndarray
    widths: np.ndarray

    def __call__(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Displacement (dx, dy) in pixels at float32 positions of any shape."""
        dx, dy = np.zeros_like(x), np.zeros_like(y)
        for (cx, cy), (px, py), width in zip(self.centres, self.pushes, self.widths, strict=True):
            weight = np.exp(((x - cx) ** 2 + (y - cy) ** 2) * np.float32(-0.5 / width**2))
            dx += np.float32(px) * weight
            dy += np.float32(py) * weight
        return dx, dy


def action_field(units: Sequence[tuple[int, float, float]], points: Points, amplitude: float) -> Field:
    """Field of action units acting together, its largest displacement being `amplitude` pixels.

    Each of `units` is (number, strength on the person's right side, on the left).
    """
    scale = abs(points["eye_l"][0] - points["eye_r"][0])
    rows = []
    for unit, right, left in units:
        for bump in ACTION_UNITS[unit]:
            sides = (
                (("", (right + left) / 2, 0.0),) if bump.point in points else (("_r", right, -1.0), ("_l", left, 1.0))
            )
            for side, strength, outward in sides:
                x, y = points[bump.point + side]
                if strength:
                    push = (strength * outward * bump.outward, strength * bump.down)
                    rows.append((x, y, *push, scale * bump.width))
    table = np.array(rows, np.float32)
    field = Field(table[:, :2], table[:, 2:4], table[:, 4])
    # Bumps overlap, so the peak of their sum is measured, not guessed.
    (left, top), (right, bottom) = field.centres.min(0) - 9, field.centres.max(0) + 9
    y, x = np.mgrid[top:bottom:3, left:right:3].astype(np.float32)
    peak = float(np.hypot(*field(x, y)).max())
    return Field(field.centres, field.pushes * np.float32(amplitude / peak), field.widths)


def _rise(steps: int) -> np.ndarray:
    """Minimum-jerk course from 0 (left out) to 1 in `steps` frames."""
    t = np.arange(1, steps + 1) / steps
    return t**3 * (10 - 15 * t + 6 * t**2)


def course(frames: int, onset: int, apex: int, offset: int, hold: int) -> np.ndarray:
    """Strength 0..1 per frame: 0 up to `onset`, 1 at `apex` alone, 0 again from `offset`, nearly still around the apex.

    `hold` is the number of frames of the near-stillness on each side of the apex. The rise takes what is left before
    it, the fall what is left after it.
    """
    values = np.zeros(frames)
    crest = 0.97
    up, down = apex - hold - onset, offset - apex - hold
    values[onset + 1 : onset + 1 + up] = crest * _rise(up)
    values[apex - hold + 1 : apex + 1] = crest + (1 - crest) * _rise(hold)
    values[apex : apex + hold] = (crest + (1 - crest) * _rise(hold))[::-1]
    values[apex + hold : offset] = crest * _rise(down)[::-1]
    return values
