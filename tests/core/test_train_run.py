"""A run as a window sees it: events, a folder that is whole or not there, stop and cancel."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mer_core.cli import main
from mer_core.errors import Cancelled, FeatureError, ModelError
from mer_core.features import write_features
from mer_core.recognition import Recogniser
from mer_core.training.run import train_run
from mer_core.training.settings import TrainSettings
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=3, each=6, strength=0.5)
SHORT = TrainSettings(epochs=12, T_s=0, T=1, seeds=2)


def _run(out: Path, **changes: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    train_run(FEATURES, SHORT, out, **{"emit": events.append, **changes})
    return events


def test_a_training_that_went_astray_publishes_nothing(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    with pytest.raises(ModelError, match=r"went astray.* Lower the learning rate"):
        train_run(FEATURES, replace(SHORT, rate=1e8), tmp_path / "run", emit=events.append)
    assert list(tmp_path.iterdir()) == []
    assert 0 < len(events) < SHORT.total_epochs  # it does not go on
    json.dumps(events, allow_nan=False)


def test_events_and_folder(tmp_path: Path) -> None:
    out = tmp_path / "run"
    events = _run(out, command="python -m mer_core train x")
    assert events[0] == {
        "event": "started",
        "clips": 18,
        "subjects": 3,
        "classes": ["negative", "positive", "surprise"],
        "class_counts": {"negative": 6, "positive": 6, "surprise": 6},
        "epochs": 13,
        "members": 8,
    }
    epochs = events[1:-1]
    assert [event["epoch"] for event in epochs] == list(range(1, 14))
    assert [event["stage"] for event in epochs] == ["trajectory"] + ["training"] * 12
    assert epochs[-1]["loss"] < epochs[1]["loss"]
    card = events[-1]["card"]
    assert events[-1]["run"] == str(out)
    assert sorted(item.name for item in out.iterdir()) == [
        "card.json",
        "metrics.jsonl",
        "predictions.json",
        "settings.json",
        "weights.safetensors",
    ]
    assert [item.name for item in tmp_path.iterdir()] == ["run"]
    assert json.loads((out / "card.json").read_text()) == card
    assert [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()] == epochs
    assert card["held_out"]["uf1"]["mean"] > card["untrained"]["uf1"]["mean"] + 0.3
    assert card["held_out"]["uf1"]["mean"] == pytest.approx(epochs[-1]["val_uf1"])
    assert (card["protocol"], card["epochs"], card["stopped_early"]) == ("loso", 13, False)
    for entry in card["uncertain"]:
        assert 0 <= entry["uncertainty"] <= 1
        assert entry["uncertainty"] > 0 or entry["held_out_prediction"] != entry["label"]
    assert [entry["fold"] for entry in json.loads((out / "predictions.json").read_text())] == [0] * 6 + [1] * 6 + [
        2
    ] * 6


@pytest.mark.parametrize("mixing", ["fu-mix", "none"])
def test_a_mislabelled_clip_is_the_first_worth_another_look(tmp_path: Path, mixing: str) -> None:
    """With and without a record of what was misread in learning."""
    features = toy_features(subjects=4, each=9, strength=0.5)
    wrong = 13
    label = features.label.copy()
    label[wrong] = (label[wrong] + 1) % 3
    events: list[dict[str, Any]] = []
    settings = TrainSettings(epochs=25, T_s=5, T=10, seeds=1, mixing=mixing, image="none")
    train_run(replace(features, label=label), settings, tmp_path / "run", emit=events.append)
    listed = events[-1]["card"]["uncertain"]
    assert listed[0]["clip"] == features.clip[wrong]
    assert listed[0]["label"] == features.classes[label[wrong]]
    assert listed[0]["held_out_prediction"] == features.classes[features.label[wrong]]
    assert listed[0]["held_out_probability"] > listed[0]["held_out_probability_of_label"]
    believed = [entry["held_out_probability_of_label"] for entry in listed]
    assert believed == sorted(believed)
    assert all((entry["uncertainty"] is None) == (mixing == "none") for entry in listed)


def test_same_command_same_weights(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _run(tmp_path / name)
    assert (tmp_path / "one/weights.safetensors").read_bytes() == (tmp_path / "two/weights.safetensors").read_bytes()


_ANOTHER = {"MKL_CBWR": "COMPATIBLE", "ATEN_CPU_CAPABILITY": "default"}
"""The arithmetic of a processor without wide instructions: it adds up in another order."""


@pytest.mark.parametrize(
    ("method", "few"),
    [("mr-uamf-plus", ["--epochs", "20"]), ("mr-uamf", ["--epochs", "5", "--T-s", "0", "--T", "1"])],
)
def test_same_command_same_weights_on_another_processor(tmp_path: Path, method: str, few: list[str]) -> None:
    write_features(tmp_path / "features.h5", FEATURES)
    train = [sys.executable, "-m", "mer_core", "train", "features.h5", "--method", method, *few, "--seeds", "1"]
    networks = []
    for name, processor in (("one", {}), ("other", _ANOTHER)):
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **processor}
        subprocess.run([*train, "--out", name], cwd=tmp_path, env=environment, check=True, capture_output=True)
        networks.append((tmp_path / name / "weights.safetensors").read_bytes())
    assert networks[0] == networks[1]


@pytest.mark.parametrize("after", [1, 4])
def test_stop_keeps_the_model_so_far(tmp_path: Path, after: int) -> None:
    """Also within the trajectory, whose network is a plainly trained one."""
    events: list[dict[str, Any]] = []
    _run(tmp_path / "run", emit=events.append, should_stop=lambda: len(events) > after)
    card = events[-1]["card"]
    assert card["epochs"] == after
    assert card["stopped_early"]
    recogniser = Recogniser.load(tmp_path / "run")
    assert recogniser.predict(FEATURES.flow[0], FEATURES.apex[0]).probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    with pytest.raises(Cancelled):
        _run(tmp_path / "run", emit=events.append, should_cancel=lambda: len(events) > 2)
    assert not list(tmp_path.iterdir())
    assert events[-1]["event"] == "epoch"


def test_refusals_touch_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(ModelError, match="is there already"):
        _run(tmp_path / "run")
    one = replace(FEATURES, subject=np.array(["x"] * 18))
    with pytest.raises(FeatureError, match="one subject"):
        train_run(one, SHORT, tmp_path / "other", emit=print)
    two = FEATURES.select(np.array([0, 7]))  # of two classes and two subjects: each fold would learn one class alone
    with pytest.raises(FeatureError, match=r"Without the clips of fold 1 \(toy/s00\) there are not two classes left"):
        train_run(two, SHORT, tmp_path / "other", emit=print)
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_clip_names_can_be_left_out(tmp_path: Path) -> None:
    _run(tmp_path / "run", list_clips=False)
    assert not (tmp_path / "run/predictions.json").exists()
    for path in (tmp_path / "run").iterdir():
        assert b'"clip"' not in path.read_bytes()


def _open_input(*words: str) -> Iterator[str]:
    """Standard input that says ``words`` and stays open."""
    yield from (word + "\n" for word in words)
    threading.Event().wait()


SHORT_OPTIONS = ["--method", "mr-uamf", "--epochs", "4", "--T-s", "0", "--T", "1", "--seeds", "1", "--json-lines"]


def test_json_lines_with_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_features(tmp_path / "features.h5", FEATURES)
    monkeypatch.setattr("sys.stdin", _open_input("stop"))
    assert main(["train", str(tmp_path / "features.h5"), "--out", str(tmp_path / "run"), *SHORT_OPTIONS]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["started", "epoch", "finished"]
    assert events[-1]["card"]["stopped_early"]


@pytest.mark.parametrize("words", ["cancel\n", ""])
def test_json_lines_cancelled_by_word_or_by_the_end_of_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    write_features(tmp_path / "features.h5", FEATURES)
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    assert main(["train", str(tmp_path / "features.h5"), "--out", str(tmp_path / "run"), *SHORT_OPTIONS]) == 130
    assert "finished" not in capsys.readouterr().out
    assert not (tmp_path / "run").exists()


def test_our_own_best_is_trained_unless_said_otherwise(tmp_path: Path) -> None:
    write_features(tmp_path / "features.h5", FEATURES)
    assert main(["train", str(tmp_path / "features.h5"), "--out", str(tmp_path / "run"), "--epochs", "1"]) == 0
    assert json.loads((tmp_path / "run/card.json").read_text())["method"] == "mr-uamf-plus"


def test_a_file_needs_somewhere_to_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_features(tmp_path / "features.h5", FEATURES)
    assert main(["train", str(tmp_path / "features.h5")]) == 1
    assert "--out" in capsys.readouterr().err
