"""Regions of the face: where their names say, either side alike, cut off at the crop."""

from pathlib import Path

import numpy as np
import pytest

from mer_core.clips import open_clip
from mer_core.faces import Alignment, align_clip
from mer_core.faces.regions import REGIONS, region_masks, region_outlines


@pytest.fixture(scope="module")
def face(small_sample: Path) -> Alignment:
    """The aligned face of a sample clip."""
    with open_clip(small_sample / "clips" / "sub01" / "EP01_01") as clip:
        return align_clip(clip, [0])


def centres(face: Alignment) -> dict[str, np.ndarray]:
    assert face.landmarks is not None
    return {name: outline.mean(axis=0) for name, outline in region_outlines(face.to_crop(face.landmarks)).items()}


def test_regions_lie_where_their_names_say(face: Alignment) -> None:
    at = centres(face)
    for left in (name for name in REGIONS if name.startswith("left ")):
        right = left.replace("left", "right")
        assert at[right][0] < face.size / 2 < at[left][0]  # the person's right is at the picture's left
        # The face is nearly frontal: one side is the other's mirror picture.
        assert at[left][0] + at[right][0] == pytest.approx(face.size, abs=0.1 * face.size)
        assert at[left][1] == pytest.approx(at[right][1], abs=0.05 * face.size)
        assert len(REGIONS[left]) == len(REGIONS[right])
    down = [at[name][1] for name in ("left brow", "left lids", "left cheek", "left mouth corner", "chin")]
    assert down == sorted(down)


def test_masks_hardly_overlap_and_end_at_the_crop(face: Alignment) -> None:
    assert face.landmarks is not None
    landmarks = face.to_crop(face.landmarks)
    masks = region_masks(landmarks, face.size)
    assert list(masks) == list(REGIONS)
    assert all(mask.shape == (face.size, face.size) and mask.any() for mask in masks.values())
    assert (np.sum(list(masks.values()), axis=0) > 1).mean() < 0.02  # their rims alone are shared
    moved = region_masks(landmarks + np.array([0, face.size]), face.size)
    assert not moved["chin"].any()
