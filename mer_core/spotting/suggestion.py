"""A movement as it is offered to a coder: onset, apex and offset, each with how far it can be relied on."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np

MICRO = 0.5  # seconds from onset to offset below which an expression is a micro-expression
NEAR = (6, 3, 6)  # frames from the truth within which onset, apex and offset count as right
_STRONGEST = 10  # one in so many cells, as in the whole face's curve
# Errors are this many times what white noise would make them: a flow's noise lasts for several frames, and no face
# follows the course exactly. Found on one seed of the sample (2.7 to 3.0 for each mark), the same on others.
_ERRORS = 2.8
_CLEAR, _CRISP = 0.15, 0.8  # pixels; part of the variance
_BLINK, _TURN = 3.0, 20.0  # times the face's own strength


@dataclass(frozen=True)
class Suggestion:
    """onset, apex, offset: frame indices; None where the movement began before the clip or ended after it.

    confidence: 0..1, how probable it is that there is such a movement and that its apex is right, that is, within 3
    frames. onset_confidence, offset_confidence: the same for those, within 6 frames. pixels: how far the tenth of the
    face that moves most does so, in pixels of the source. regions: where it moves most, the strongest first; empty
    without a mesh. seconds: from onset to offset, as far as both are seen.
    """

    onset: int | None
    apex: int
    offset: int | None
    confidence: float
    onset_confidence: float
    offset_confidence: float
    pixels: float
    regions: tuple[str, ...]
    seconds: float

    @property
    def kind(self) -> Literal["micro", "macro"]:
        """By its duration: a micro-expression lasts less than half a second."""
        return "micro" if self.seconds < MICRO else "macro"

    @property
    def first(self) -> int:
        """Its first frame that is known."""
        return self.apex if self.onset is None else self.onset

    @property
    def last(self) -> int:
        """Its last frame that is known."""
        return self.apex if self.offset is None else self.offset

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From `to_dict`'s values."""
        return cls(**{**values, "regions": tuple(values["regions"])})


def strength(way: np.ndarray, share: np.ndarray) -> float:
    """The mean of the tenth that moves most of the cells that count: way, share (28, 28); pixels as `way`."""
    counted = np.sort(way[share > 0.5])
    return float(counted[-max(1, len(counted) // _STRONGEST) :].mean()) if len(counted) else 0.0


def exists(share: float, pixels: float, lids: float, head: float) -> float:
    """How probable it is, 0..1, that a movement is an expression, and no noise, stir, blink or turn of the head.

    share: the course's of the movement's variance; pixels: the face's strength, without the eyes; lids: theirs; head:
    how far the head moved meanwhile; all pixels of the source. By logistic curves whose middles lie where stirs and
    noise of clips without an expression and half-pixel expressions part.
    """
    pixels = max(pixels, 1e-6)
    clear = 1 / (1 + (_CLEAR / pixels) ** 4)
    crisp = 1 / (1 + math.exp((_CRISP - share) / 0.04))
    awake = 1 / (1 + (lids / (_BLINK * pixels)) ** 4)  # lids move several times as far as what they drag along
    upright = 1 / (1 + (head / (_TURN * pixels)) ** 2)
    return clear * crisp * awake * upright


def within(frames: float, spread: float) -> float:
    """How probable it is that an error of white-noise standard error `spread` stays within `frames`."""
    return math.erf((frames + 0.5) / (math.sqrt(2) * _ERRORS * max(spread, 1e-6)))
