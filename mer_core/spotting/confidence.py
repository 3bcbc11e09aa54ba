"""How probable it is that a movement is an expression, and that its marks are right."""

import math

import numpy as np

_STRONGEST = 10  # one in so many cells, as in the whole face's curve
# Errors are this many times what white noise would make them: a flow's noise lasts for several frames, and no face
# follows the course exactly. Found on one seed of the sample (2.7 to 3.0 for each mark), the same on others.
_ERRORS = 2.8
_CLEAR = 0.0008  # of the crop's side, 0.18 px of 224: what `analysis` takes for no movement at all
_CRISP = 0.8  # of the variance
_BLINK, _TURN = 3.0, 20.0  # times the face's own strength
_FAR = 0.1  # of the crop's side: a head that turns as far shows a face that no longer looks the same


def strength(way: np.ndarray, share: np.ndarray) -> float:
    """The mean of the tenth that moves most of the cells that count: way, share (28, 28); pixels as `way`."""
    counted = np.sort(way[share > 0.5])
    return float(counted[-max(1, len(counted) // _STRONGEST) :].mean()) if len(counted) else 0.0


def exists(share: float, pixels: float, lids: float, head: float, side: float) -> float:
    """How probable it is, 0..1, that a movement is an expression, and no noise, stir, blink or turn of the head.

    share: the course's of the movement's variance; pixels: the face's strength, without the eyes; lids: theirs; head:
    how far the head moved meanwhile; side: of the crop, twice the way between the eyes; all pixels of the source. By
    logistic curves whose middles lie where half-pixel expressions and what stirs without one part.
    """
    pixels = max(pixels, 1e-6)
    clear = 1 / (1 + (_CLEAR * side / pixels) ** 4)
    crisp = 1 / (1 + math.exp((_CRISP - share) / 0.04))
    awake = 1 / (1 + (lids / (_BLINK * pixels)) ** 4)  # lids move several times as far as what they drag along
    upright = 1 / (1 + (head / (_TURN * pixels)) ** 2) / (1 + (head / (_FAR * side)) ** 4)
    return clear * crisp * awake * upright


def within(frames: float, spread: float) -> float:
    """How probable it is that an error of white-noise standard error `spread` stays within `frames`."""
    return math.erf((frames + 0.5) / (math.sqrt(2) * _ERRORS * max(spread, 1e-6)))
