"""The motion curve: per frame, how far the face and each of its regions are from where they rest."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.linalg import eigh

from mer_core.faces import Alignment
from mer_core.faces.regions import REGIONS, region_masks
from mer_core.spotting.track import CELLS

WHOLE = "whole face"
_BLINKING = ("left lids", "right lids")
_COMPONENTS = 12
_STRONGEST = 10  # one in so many cells of the face: a movement takes up a small part of it
_NEAR = 1.0  # seconds: rest this near in time counts e times as much as rest twice as far


@dataclass(frozen=True, eq=False)
class MotionCurve:
    """indices: (M,) int64 frame indices, evenly spaced. values: by name, ``whole face`` and the regions of
    `mer_core.faces.regions` where the mesh was found, (M,) float32 pixels of the source from rest. head: (M,) float32,
    how far the head moved any corner of the face from the reference frame, pixels of the source; it is taken out of
    `values`.

    The value of a region is the mean way of its parts, that of the whole face the mean of its tenth that moved most.
    Noise cannot cancel in a distance, so the curve of a still face lies a little above 0. Blinks show in the lids'
    curves and are left out of the whole face's.
    """

    indices: np.ndarray
    values: dict[str, np.ndarray]
    head: np.ndarray

    @property
    def whole(self) -> np.ndarray:
        """(M,) float32 pixels of the source: the whole face's curve."""
        return self.values[WHOLE]

    def __add__(self, later: "MotionCurve") -> "MotionCurve":
        """This curve and the frames that come after it."""
        names = [name for name in self.values if name in later.values]
        return MotionCurve(
            np.concatenate([self.indices, later.indices]),
            {name: np.concatenate([self.values[name], later.values[name]]) for name in names},
            np.concatenate([self.head, later.head]),
        )

    def part(self, first: int, last: int) -> "MotionCurve":
        """The frames with `first` <= index < `last`."""
        rows = (self.indices >= first) & (self.indices < last)
        values = {name: value[rows] for name, value in self.values.items()}
        return MotionCurve(self.indices[rows], values, self.head[rows])


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cells of the crop belong to what: (28, 28) float32 shares, 0..1, each.

    face: the skin that counts for expressions: without what lies behind the face, and without the eyes and their lids,
    whose blinks would drown everything. lids: those. regions: by name; empty without a mesh.
    """

    face: np.ndarray
    lids: np.ndarray
    regions: dict[str, np.ndarray]

    @classmethod
    def of(cls, alignment: Alignment) -> "Cells":
        """For the crops of an alignment."""
        if alignment.landmarks is None:
            return cls(np.ones((CELLS, CELLS), np.float32), np.zeros((CELLS, CELLS), np.float32), {})
        masks = region_masks(alignment.to_crop(alignment.landmarks), alignment.size)
        regions = {name: _shares(masks[name].astype(np.float32)) for name in REGIONS if masks[name].any()}
        skin = alignment.skin
        face = np.ones((CELLS, CELLS), np.float32) if skin is None else _shares(skin)
        lids = np.zeros((CELLS, CELLS), np.float32)
        for name in _BLINKING:
            lids = np.maximum(lids, regions.get(name, lids))
        return cls(face * (1 - lids), lids, regions)


def _shares(mask: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32)


def motion_curve(
    indices: np.ndarray, moved: np.ndarray, head: np.ndarray, resting: np.ndarray, rate: float, cells: Cells
) -> MotionCurve:
    """The curve of a track: `indices` (T,), `moved` (T, 28, 28, 2) pixels, `head` (T,) pixels.

    resting: (T,) bool, the frames between the movements. Rest is the mean of those near in time, so that a face that
    comes to rest elsewhere than before is at rest again. rate: rows a second.
    """
    frames = len(moved)
    flat = moved.reshape(frames, -1).astype(np.float64)
    flat = flat - flat.mean(axis=0)
    # Few patterns hold all that moves; in the others is noise, which a distance would add up.
    _, keep = eigh(flat @ flat.T, subset_by_index=[max(0, frames - _COMPONENTS), frames - 1])
    far = np.abs(np.subtract.outer(np.arange(frames), np.arange(frames))) / rate
    weights = np.exp(-far / _NEAR) * resting
    weights /= weights.sum(axis=1, keepdims=True)
    from_rest = (keep - weights @ keep) @ (keep.T @ flat)
    way = np.linalg.norm(from_rest.reshape(frames, CELLS * CELLS, 2), axis=2)
    counted = way[:, cells.face.ravel() > 0.5]
    strongest = max(1, counted.shape[1] // _STRONGEST)
    curves = {WHOLE: np.partition(counted, -strongest, axis=1)[:, -strongest:].mean(axis=1).astype(np.float32)}
    for name, share in cells.regions.items():
        weight = share.ravel() / max(float(share.sum()), 1e-6)
        curves[name] = (way @ weight).astype(np.float32)
    return MotionCurve(indices, curves, head)
