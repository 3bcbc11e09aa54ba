"""For the eye only: a face's motion since the onset enlarged, what has changed since, and two frames in one place.

Nothing here is measured from: a model reads `mer_core.analysis`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.analysis import onset_alignment
from mer_core.faces import Alignment
from mer_core.flow import FlowField, FlowSettings, measure
from mer_core.flow.methods import same_light

_WIDER = 1.5  # than the measured square: the whole face, so that what moves ends within the picture
_LARGEST = 720  # side of a picture, pixels
_RIM = 0.05  # part of the side over which motion fades out towards the picture's edge
_ROUNDS = 6
_NO_MAP = np.empty(0, np.float32)  # both coordinates stand in the first map


@dataclass(frozen=True, eq=False)
class Comparison:
    """onset, later: (S, S, 3) uint8 RGB of one face, the later one as if the head had not moved.

    field: the face's own motion from onset to later, over the same square at its own resolution. at: where the picture
    `later` lies in the later frame. cover: (S, S) float32, 1 on the face and 0 behind it. source_motion: (2, 3), where
    the head alone carries pixels of the onset frame by the later one.
    """

    onset: np.ndarray
    later: np.ndarray
    field: FlowField
    at: Alignment
    cover: np.ndarray
    source_motion: np.ndarray


def compare(
    read: Callable[[int], np.ndarray], alignment: Alignment, onset: int, later: int, settings: FlowSettings
) -> Comparison:
    """Compare frame index `later` with `onset`; `read` and `alignment` as for `measure_clip`."""
    first, last = read(onset), read(later)
    square = onset_alignment(first, alignment) or alignment
    if square.source != "frame":
        square = square.resized(settings.size).widened(_WIDER)
    crops = square.resized(round(settings.size * (1 if square.source == "frame" else _WIDER)))
    field = measure(
        crops.crop(first),
        crops.crop(last),
        settings,
        crops.stable,
        lambda head: crops.following(head.matrix).crop(last),
        crops.skin,
    )
    followed = crops.following(field.head_motion.matrix)
    side = int(np.clip(crops.size / crops.scale, crops.size, max(crops.size, _LARGEST)))
    seen = crops.resized(side)
    to_crop = np.vstack([crops.matrix, [0, 0, 1]])
    head = np.vstack([field.head_motion.matrix, [0, 0, 1]])
    skin = seen.skin
    return Comparison(
        seen.crop_rgb(first),
        followed.resized(side).crop_rgb(last),
        field,
        followed.resized(side),
        _rim(side) if skin is None else skin * _rim(side),
        (np.linalg.inv(to_crop) @ head @ to_crop)[:2],
    )


def magnified(comparison: Comparison, factor: float) -> np.ndarray:
    """The later picture with each point moved on to `factor` times its own way since the onset: (S, S, 3) uint8 RGB.

    1 is the picture as it is, 0 the face back in its onset's place. A point that was at x in the onset and is at
    x + d(x) now is drawn at y = x + factor · d(x); which x that is for a pixel y is found by iteration.
    """
    side = len(comparison.later)
    ratio = side / len(comparison.field.u)
    d = np.dstack([comparison.field.u, comparison.field.v]) * np.float32(ratio)
    d = cv2.resize(d, (side, side), interpolation=cv2.INTER_LINEAR) * _rim(side)[..., None]
    y = np.dstack(np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32)))
    step = d  # at x = y at first
    for _ in range(_ROUNDS):
        # Half way to what the last round says: enlarged far, the way back is steep and would swing.
        x = y - np.float32(factor) * step
        step = (step + cv2.remap(d, x, _NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)) / 2
    at = y - np.float32(factor - 1) * step
    return cv2.remap(comparison.later, at, _NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def difference(comparison: Comparison, gain: float) -> np.ndarray:
    """What has become brighter or darker since the onset, `gain` times, about mid-grey: (S, S, 3) uint8 RGB.

    The head's motion and the lamps' flicker are taken out.
    """
    before, after = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (comparison.onset, comparison.later))
    change = same_light(after, before).astype(np.float32) - before
    grey = np.clip(np.rint(128 + gain * change), 0, 255).astype(np.uint8)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def steadied(frame: np.ndarray, comparison: Comparison) -> np.ndarray:
    """The later frame, (H, W, 3) uint8 RGB, whole, with the head where it was at the onset."""
    height, width = frame.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        frame, comparison.source_motion, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def _rim(side: int) -> np.ndarray:
    """(side, side) float32: 1, falling to 0 at the edge."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (_RIM * side), 0, 1).astype(np.float32)
    return np.minimum.outer(ramp, ramp)
