"""The result of an evaluation, as a dict and by the command line."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from mer_core.cli import evaluate as command
from mer_core.cli import main
from mer_core.errors import Cancelled, FeatureError, MerError, ModelError
from mer_core.evaluation.evaluate import evaluate
from mer_core.evaluation.plan import Plan
from mer_core.features import write_features
from mer_core.training.settings import TrainSettings
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=3, each=6, strength=0.5)
SHORT = TrainSettings(epochs=10, T_s=0, T=1, seeds=2)


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def test_result_holds_what_a_reader_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "features.h5", tmp_path / "result.json"
    write_features(path, FEATURES)
    short = ["--epochs", "10", "--T-s", "0", "--T", "1", "--seeds", "2"]
    assert _run(str(path), "--protocol", "loso", "--method", "mr-uamf", "--json", str(out), *short) == 0
    result = json.loads(out.read_text())
    assert (result["clips"], result["tested"], result["folds"], result["subjects"]) == (18, 18, 3, 3)
    assert result["settings"]["epochs"] == 10
    assert result["seeds"] == [0, 1]
    assert not result["leaks_subjects"]
    assert set(result["per_dataset"]) == {"toy"}
    assert len(result["predictions"]) == 18
    right = [[seed == entry["label"] for seed in entry["predicted"]] for entry in result["predictions"]]
    assert result["pooled"]["accuracy"]["mean"] == pytest.approx(np.mean(right))
    assert result["pooled"]["uf1"]["mean"] > 0.8
    assert "18 of 18 clips tested" in capsys.readouterr().out


def test_only_held_out_clips_count() -> None:
    result = evaluate(FEATURES, SHORT, plan=Plan("sample-holdout"))
    assert result["leaks_subjects"]
    assert result["tested"] == len(result["predictions"]) == np.sum(result["pooled"]["confusion"]) / 2 < 18


def test_progress_counts_seeds_and_can_cancel() -> None:
    calls: list[tuple[int, int]] = []

    def progress(done: int, total: int, _text: str) -> None:
        calls.append((done, total))
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(FEATURES, SHORT, plan=Plan("holdout"), progress=progress)
    assert calls == [(1, 22), (2, 22), (3, 22)]


def test_what_cannot_be_evaluated(tmp_path: Path) -> None:
    with pytest.raises(FeatureError, match="no feature file"):
        _run(str(tmp_path / "absent.h5"))
    with pytest.raises(ModelError, match="unknown"):
        evaluate(FEATURES, SHORT, method="magic")
    path = tmp_path / "features.npz"
    write_features(path, FEATURES)
    with pytest.raises(MerError, match="make its folder first"):
        _run(str(path), "--json", str(tmp_path / "absent" / "x.json"))


@pytest.mark.parametrize(
    "option", [["benchmark", "x.h5", "--out"], ["evaluate", "x.h5", "--json"], ["train", "x.h5", "--out"]]
)
def test_an_empty_place_is_none(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*option, ""])
    assert ended.value.code == 2
    assert "the place is empty: name a file or folder" in capsys.readouterr().err


def test_a_name_list_without_a_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["evaluate", "x.h5", "--datasets", ","])
    assert "no name is given" in capsys.readouterr().err
