"""Whose face a project measures: chosen for a clip, and used by all that measures it."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.annotation import Annotation, Marks
from mer_core.cli import main
from mer_core.errors import FeatureError
from mer_core.faces import WHOLE_FRAME, FaceChoice
from mer_core.project import Change, ClipRecord, Project
from mer_core.project.features import project_features
from tests.moving_face import moved, portrait, smile


def write(folder: Path, frames: list[np.ndarray]) -> None:
    folder.mkdir(parents=True)
    for number, frame in enumerate(frames):
        assert cv2.imwrite(str(folder / f"{number}.png"), frame[..., ::-1])


@pytest.fixture
def folder(small_sample: Path, tmp_path: Path) -> Path:
    """The sample with two of its clips labelled, and a third, number 99, that the test fills."""
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    with Project.open(folder) as project:
        others = [Change(one, None) for one in project.annotations() if one.clip not in {3, 4}]
        clip = ClipRecord(99, "clips/other", "own", "one", 30.0, 3)
        label = Annotation(99, 1, project.coder, Marks(0, 2), "happiness")
        project.apply([*others, Change(None, clip), Change(None, label)], "test", "Few clips")
    return folder


def choose(folder: Path, choice: FaceChoice) -> None:
    with Project.open(folder) as project:
        clip = project.clip(99)
        project.apply(Change(clip, replace(clip, face=str(choice))), "test", "Choose the face")


def test_a_clip_without_a_face_is_left_out_by_name_until_the_whole_frame_is_chosen(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    write(folder / "clips" / "other", [rng.integers(90, 110, (120, 160, 3), np.uint8) for _ in range(3)])
    features = project_features(folder)
    assert len(features) == 2
    assert list(features.attributes["left_out"]) == ["clips/other"]
    assert main(["features", str(folder), str(tmp_path / "out.h5")]) == 0
    assert "clips/other is left out. No face was found" in capsys.readouterr().out
    choose(folder, WHOLE_FRAME)
    features = project_features(folder)
    assert list(features.clip).count("clips/other") == 1
    assert "left_out" not in features.attributes
    with Project.open(folder) as project:
        project.apply([Change(one, None) for one in project.annotations() if one.clip != 99], "test", "Few clips")
    with pytest.raises(FeatureError, match="at least two classes"):
        project_features(folder)


def test_the_face_chosen_is_the_one_measured(folder: Path) -> None:
    """Left a smile, right a still face of the same size: the choice decides which is a feature."""
    write(
        folder / "clips" / "other",
        [np.hstack([moved(expression=smile(2 * amount)), portrait()]) for amount in (0, 0.5, 1)],
    )
    strains = []
    for x in (220, 660):
        choose(folder, FaceChoice(0, x, 200))
        features = project_features(folder)
        strains.append(float(features.flow[features.clip == "clips/other"][0, 2:-2, 2:-2, 2].mean()))
    assert strains[0] > 5 * strains[1]
