"""The frames of an expression: the right moments of the right crop, also from a project and from its cache."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from mer_core import faces
from mer_core.cli import main
from mer_core.face_frames import FRAMES, SIDE, face_frames
from mer_core.faces import whole_frame
from mer_core.features import read_features
from mer_core.project import Change, Project
from mer_core.project.features import project_features


def _shade(index: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), 10 * index, np.uint8)


def _greys(times: np.ndarray, first: int, last: int) -> list[int]:
    frames = face_frames(_shade, times, whole_frame(SIDE, SIDE, SIDE), first, last)
    assert frames.shape == (FRAMES, SIDE, SIDE)
    assert frames.dtype == np.uint8
    assert (frames == frames[:, :1, :1]).all()
    return [int(value) for value in frames[:, 0, 0]]


def test_ends_are_kept_and_what_lies_between_is_blended() -> None:
    # Ten moments over 2..5: steps of a third of a frame.
    assert _greys(np.arange(8) / 30, 2, 5) == [20, 23, 27, 30, 33, 37, 40, 43, 47, 50]
    assert _greys(np.arange(25) / 200, 3, 21) == [10 * index for index in range(3, 22, 2)]


def test_moments_are_even_in_time_not_in_frames() -> None:
    # Frames 0, 1, 2 at 0, 1 and 9 s: nine steps of a second.
    assert _greys(np.array([0.0, 1.0, 9.0]), 0, 2) == [0, 10, 11, 12, 14, 15, 16, 18, 19, 20]


def test_a_project_measures_frames_on_demand_and_keeps_them(
    small_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    keep = _leave(folder, {3, 4, 5, 12})
    plain = project_features(folder)
    assert plain.frames is None
    full = project_features(folder, frames=True)
    assert full.frames is not None
    assert full.frames.shape == (keep, FRAMES, SIDE, SIDE)
    np.testing.assert_array_equal(full.flow, plain.flow)
    # The aligned face of the apex is nearest to one of the frames within, not to the first or the last.
    distance = np.abs(full.frames.astype(float) - full.apex[:, None]).mean(axis=(2, 3))
    assert (distance.min(axis=1) < 4).all()

    def fails(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(faces, "align_clip", fails)
    again = project_features(folder, frames=True)
    assert again.frames is not None
    np.testing.assert_array_equal(again.frames, full.frames)
    # The command writes the same, from the cache.
    assert main(["features", str(folder), str(tmp_path / "out.h5"), "--frames"]) == 0
    written = read_features(tmp_path / "out.h5")
    for name, array in full.arrays.items():
        np.testing.assert_array_equal(written.arrays[name], array)
    assert main(["features", str(folder), str(tmp_path / "absent" / "out.h5")]) == 1
    with h5py.File(folder / "features.h5") as cache:
        assert len(cache["flow/key"]) == len(cache["frames/key"]) == keep


def _leave(folder: Path, clips: set[int]) -> int:
    """Only the annotations of ``clips``, so that little is measured."""
    with Project.open(folder) as project:
        others = [Change(one, None) for one in project.annotations() if one.clip not in clips]
        project.apply(others, "test", "Leave few")
        return len(project.annotations())
