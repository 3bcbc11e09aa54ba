"""``python -m mer_core predict``: a clip, two frame numbers, an answer."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.cli import main
from mer_core.features import FeatureSet
from mer_core.flow import FlowSettings
from tests.moving_face import moved, smile


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine frames, img40.jpg to img48.jpg, of a smile that peaks in frame 45."""
    folder = tmp_path_factory.mktemp("clips") / "smile"
    folder.mkdir()
    for number, amount in zip(range(40, 49), (0, 0, 0.3, 0.6, 1, 1.2, 0.9, 0.4, 0), strict=True):
        frame = moved(expression=smile(amount), noise=1, seed=number)
        assert cv2.imwrite(str(folder / f"img{number}.jpg"), frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 97])
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained for a moment on noise: its answers mean nothing, but they are a model's."""
    from mer_core.training.run import train_run
    from mer_core.training.settings import TrainSettings

    rng = np.random.default_rng(0)
    count = 24
    features = FeatureSet(
        flow=rng.normal(size=(count, 28, 28, 3)).astype(np.float32),
        apex=rng.integers(0, 255, (count, 112, 112), np.uint8),
        label=np.arange(count) % 3,
        dataset=np.full(count, "noise"),
        subject=np.array([f"s{i // 6}" for i in range(count)]),
        clip=np.array([f"c{i}" for i in range(count)]),
        classes=("negative", "positive", "surprise"),
        attributes={"flow": FlowSettings(smoothing=2.0).to_dict()},
    )
    folder = tmp_path_factory.mktemp("models") / "moment"
    train_run(features, TrainSettings(epochs=2, seeds=1, T_s=0, T=1), folder, emit=lambda _event: None)
    return folder


def test_json_holds_the_answer_and_how_it_came_about(
    clip: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", str(clip), "--onset", "40", "--apex", "45", "--model", str(model), "--fps", "200", "--json"]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["probabilities"]) == {"negative", "positive", "surprise"}
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert answer["answer"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert 0 <= answer["uncertainty"] <= 1
    assert (answer["onset"], answer["apex"], answer["milliseconds"]) == (40, 45, 25.0)
    assert answer["face"] == "mesh"
    assert answer["flow"] == FlowSettings(smoothing=2.0).to_dict()  # as the model was trained
    assert answer["warnings"] == []


def test_the_table_reads_well_and_another_flow_method_is_noted(
    clip: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["predict", str(clip), "--onset", "40", "--apex", "45", "--model", str(model), "--flow", "farneback"]) == 0
    )
    shown = capsys.readouterr().out
    assert "smile: frame 40 to 45" in shown
    assert all(name in shown for name in ("negative", "positive", "surprise", "Uncertainty"))
    assert "measured differently" in shown.replace("\n", " ")


def test_a_clip_without_a_face_is_measured_only_where_the_whole_frame_is_asked_for(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(3)
    for number in (1, 2):
        assert cv2.imwrite(str(tmp_path / f"{number}.png"), rng.integers(90, 110, (120, 160, 3), np.uint8))
    asked = ["predict", str(tmp_path), "--onset", "1", "--apex", "2", "--model", str(model), "--json"]
    assert main(asked) == 1
    assert "No face was found" in capsys.readouterr().err
    assert main([*asked, "--face", "whole"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["face"] == "frame"
    assert "whole frame is measured, as chosen" in " ".join(answer["warnings"])
    assert main([*asked, "--face", "nose"]) == 1
    assert "names no face" in capsys.readouterr().err


def test_a_frame_number_outside_names_the_range(clip: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(clip), "--onset", "40", "--apex", "5", "--model", str(model)]) == 1
    told = capsys.readouterr().err.strip()
    assert "40 to 48" in told
    assert told.count("\n") == 0


def test_a_missing_clip_or_model_is_one_sentence(
    clip: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = ["--onset", "40", "--apex", "45"]
    assert main(["predict", str(tmp_path / "none"), *marks, "--model", str(model)]) == 1
    assert "none" in capsys.readouterr().err
    assert main(["predict", str(clip), *marks, "--model", str(tmp_path / "none")]) == 1
    told = capsys.readouterr().err.strip()
    assert "none" in told
    assert "Traceback" not in told


def test_a_point_beside_the_face_is_told(clip: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["predict", str(clip), "--onset", "40", "--apex", "45", "--model", str(model), "--json", "--face"]
    height, width = moved().shape[:2]
    assert main([*asked, f"{width / 2},{height / 2}"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == []
    assert main([*asked, "1,1"]) == 0
    (said,) = json.loads(capsys.readouterr().out)["warnings"]
    assert said.startswith("There is no face at 1, 1: the nearest, about ")
