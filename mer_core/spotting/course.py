"""The course of one movement: at rest, a rise, a hold, a fall, at rest again."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Course:
    """onset: when the rise begins; rise, hold, fall: how long each lasts. In frames, fractions allowed."""

    onset: float
    rise: float
    hold: float
    fall: float

    @property
    def apex(self) -> float:
        """The middle of the hold."""
        return self.onset + self.rise + self.hold / 2

    @property
    def offset(self) -> float:
        """When it is over."""
        return self.onset + self.rise + self.hold + self.fall

    def values(self, frames: int) -> np.ndarray:
        """(frames,) float64: its strength 0..1 at each frame."""
        return courses(frames, np.array([[self.onset, self.rise, self.hold, self.fall]]))[0]


def courses(frames: int, parameters: np.ndarray) -> np.ndarray:
    """Many at once: (K, 4) onset, rise, hold, fall in frames → (K, frames) float64 strengths 0..1.

    Rise and fall have the minimum-jerk profile 10 s³ - 15 s⁴ + 6 s⁵ of human movement (Flash & Hogan 1985).
    """
    onset, rise, hold, fall = (column[:, None] for column in np.asarray(parameters, np.float64).T)
    time = np.arange(frames, dtype=np.float64)[None]
    return _minimum_jerk((time - onset) / rise) - _minimum_jerk((time - onset - rise - hold) / fall)


def _minimum_jerk(s: np.ndarray) -> np.ndarray:
    s = np.clip(s, 0, 1)
    return s * s * s * (10 + s * (6 * s - 15))
