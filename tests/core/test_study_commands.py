"""The commands that judge: what they are told, and what they answer to a wish that cannot be met."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.cli import main
from mer_core.errors import ModelError
from mer_core.evaluation.entries import ABLATION, benchmark_entries, part_entries
from mer_core.features import write_features
from tests.core.quick_methods import crash, quick, register
from tests.core.toy import toy_features


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two data sets of two subjects each."""
    path = tmp_path / "toy.h5"
    toy = toy_features(subjects=4, each=6, strength=0.5)
    write_features(path, replace(toy, dataset=np.repeat(["a", "b"], 12)))
    return path


def test_cross_dataset_with_a_split_that_is_saved_and_used_again(data: Path, tmp_path: Path) -> None:
    first, again, split = tmp_path / "first.json", tmp_path / "again.json", tmp_path / "split.json"
    start = ["evaluate", str(data), "--method", "hoof", "--seeds", "1"]
    cross = ["--protocol", "cross", "--train", "a", "--test", "b", "--save-split", str(split)]
    assert main([*start, *cross, "--json", str(first)]) == 0
    assert main([*start, "--split", str(split), "--json", str(again)]) == 0
    told, repeated = json.loads(first.read_text()), json.loads(again.read_text())
    assert (told["protocol"], told["train"], told["test"], told["tested"]) == ("cross", ["a"], ["b"], 12)
    assert (repeated["train"], repeated["test"]) == (["a"], ["b"])
    assert {one["dataset"] for one in told["predictions"]} == {"b"}
    assert repeated["predictions"] == told["predictions"]


def test_a_project_is_judged_as_it_stands(small_sample: Path, tmp_path: Path) -> None:
    project, out = tmp_path / "project", tmp_path / "out.json"
    shutil.copytree(small_sample, project)
    given = ["--method", "mr-uamf", "--image", "difference", "--epochs", "2", "--T", "1", "--seeds", "1"]
    assert main(["evaluate", str(project), *given, "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    assert told["clips"] == 11  # the sample's first clip is left uncoded
    assert told["folds"] == 4
    assert told["settings"]["image"] == "difference"
    assert told["features"]["flow"]["method"] == "dis"


def test_benchmark_by_command(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = ["benchmark", str(data), "--out", str(out), "--methods", "hoof,lbp-top", "--seeds", "1"]
    assert main([*given, "--protocol", "kfold", "--folds", "2"]) == 0
    names = ("report.html", "results.csv", "comparisons.csv", "predictions.csv", "table.tex", "study.json")
    assert all((out / name).is_file() for name in (*names, "split_full.json"))
    said = " ".join(capsys.readouterr().out.split())
    assert "lbp-top was not measured: The method 'lbp-top' reads 'frames'" in said
    assert "report.html" in said


def test_the_parts_of_mr_uamf_in_the_table_of_the_methods(data: Path, tmp_path: Path) -> None:
    given = ["--methods", "mr-uamf,hoof", "--seeds", "1", "--epochs", "1", "--protocol", "kfold", "--folds", "2"]
    command = ["benchmark", str(data), "--out", str(tmp_path / "out"), *given]
    assert main([*command, "--parts", "baseline,mr-uamf,no-image"]) == 0
    entries = json.loads((tmp_path / "out/study.json").read_text())["entries"]
    names = ["mr-uamf", "hoof", "hoof-rbf", "mr-uamf-baseline", "mr-uamf-no-image"]
    assert [entry["name"] for entry in entries] == names
    assert {entry["method"]: entry["settings"]["image"] for entry in entries[3:]} == {"mr-uamf": "none"}
    table = (tmp_path / "out/table.tex").read_text(encoding="utf-8")
    assert all(name in table for name in names)


def test_all_parts_but_the_whole_which_is_a_method() -> None:
    parts = [entry.name for entry in part_entries(seeds=1)]
    assert parts == [f"mr-uamf-{name}" for name, _, _ in ABLATION if name != "mr-uamf"]
    with pytest.raises(ModelError, match="no row 'magic'"):
        part_entries(["magic"], seeds=1)


def test_one_row_of_a_method_s_two() -> None:
    assert [entry.name for entry in benchmark_entries(["ststnet", "hoof-rbf"], seeds=1)] == ["ststnet", "hoof-rbf"]
    assert [entry.name for entry in benchmark_entries(["hoof", "hoof-rbf"], seeds=1)] == ["hoof", "hoof-rbf"]
    assert benchmark_entries(["hoof-rbf"], seeds=1)[0].settings.to_dict()["kernel"] == "rbf"
    with pytest.raises(ModelError, match="no row 'ststnet-rbf'"):
        benchmark_entries(["ststnet-rbf"], seeds=1)


def test_a_defect_in_one_row_is_told_at_the_end(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, quick("good"), quick("bad", crash))
    out = tmp_path / "out"
    assert main(["benchmark", str(data), "--out", str(out), "--seeds", "1"]) == 1
    said = capfd.readouterr()
    assert "bad was not measured: error: ZeroDivisionError: division by zero" in " ".join(said.out.split())
    assert "Traceback" in said.err
    assert said.err.strip().splitlines()[-1] == "Errors that nobody foresaw (tracebacks above) ended: bad."
    assert "error: ZeroDivisionError" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["benchmark", "{data}", "--out", "{out}", "--jobs", "0"], "--jobs is 0"),
        (["benchmark", "{data}", "--out", "{out}", "--methods", "hoof,hoof"], "'hoof' is named twice"),
        (["benchmark", "{data}", "--out", "{out}", "--methods", "magic"], "'magic' is unknown"),
        (["benchmark", "{data}", "--out", "{out}", "--seeds", "0", "--methods", "hoof"], "'seeds' is 0"),
        (["ablation", "{data}", "--out", "{out}", "--rows", "baseline,magic"], "no row 'magic'"),
        (["ablation", "{data}.h5", "--out", "{out}"], "no feature file"),
        (["benchmark", "{data}", "--out", "{out}", "--methods", " , "], "No name is given"),
        (["evaluate", "{data}", "--method", "hoof", "--test-peek"], "nothing to peek at"),
        (["evaluate", "{data}", "--method", "hoof", "--json", "{here}"], "is a folder"),
        (["evaluate", "{data}", "--method", "hoof", "--save-split", "{out}/absent/x.json"], "make its folder first"),
        (["evaluate", "{data}", "--method", "hoof", "--protocol", "kfold", "--folds", "9"], "only for 4"),
        (["evaluate", "{data}", "--rate", "inf"], "must be a finite number"),
        (["evaluate", "{data}", "--rate", "1", "--choose", "rate=1,2"], "'rate' is given more than once"),
        (["methods", "--classes", "1"], "at least 2 to tell apart"),
        (["features", "{data}"], "is not a MER Studio project: choose a project's folder"),
        (["checkpoint", "{data}.pth", "--out", "{out}"], "there is no such file"),
        (["evaluate", "{data}", "--protocol", "cross"], "--train A,B --test C"),
        (["evaluate", "{data}", "--method", "hoof", "--folds", "4"], "leave --folds out"),
        (["evaluate", "{data}", "--method", "hoof", "--split-seed", "1"], "leave --split-seed out"),
        (["benchmark", "{data}", "--out", "{out}", "--methods", "hoof", "--split-seed", "1"], "--split-seed out"),
        (["evaluate", "{data}", "--method", "hoof", "--split", "x", "--protocol", "loso"], "leave --protocol or"),
        (["evaluate", "{data}", "--protocol", "composite", "--classes", "own"], "MEGC 2019's three classes"),
        (["evaluate", "{data}", "--method", "hoof", "--gamma", "1"], "'gamma' is the RBF kernel's"),
        (["evaluate", "{data}", "--half-waves", "--scaling", "bytes"], "needs values of both signs"),
        (["evaluate", "{data}", "--method", "micro-attention", "--side", "32"], "must be at least 64"),
    ],
)
def test_a_wish_that_cannot_be_met(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main([one.format(data=data, out=tmp_path / "out", here=tmp_path) for one in arguments]) == 1
    answer = capsys.readouterr().err.strip().splitlines()
    assert said in answer[-1]
    assert len(answer) == 1  # nothing of a bar that never moved
    assert not (tmp_path / "out").exists()


def test_what_is_not_understood_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "x.h5", "--epochs", "1e3"])
    assert capsys.readouterr().err == (
        "Argument --epochs: invalid int value: '1e3'. mer_core evaluate --help lists what can be given.\n"
    )


def test_nothing_measured_is_no_success(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["benchmark", str(data), "--out", str(tmp_path / "out"), "--methods", "lbp-top", "--seeds", "1"]
    assert main(given) == 1
    assert "lbp-top was not measured" in " ".join(capsys.readouterr().out.split())


def test_another_study_does_not_take_a_report_s_place(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, quick("one"), quick("other"))
    out = tmp_path / "out"
    given = ["benchmark", str(data), "--out", str(out), "--seeds", "1"]
    assert main([*given, "--methods", "one"]) == 0
    assert main(given) == 0  # a row more, and a seed more: all that was there is in it
    assert main([*given, "--seeds", "2"]) == 0
    report = (out / "report.html").read_bytes()
    other = tmp_path / "other.h5"
    write_features(other, toy_features(subjects=5, each=6))
    capsys.readouterr()
    for changed, said in (
        ([*given, "--methods", "one"], "another study (with other besides): choose another --out"),
        ([*given, "--protocol", "kfold"], "another study (benchmark of 24 clips of toy.h5)"),
        (["benchmark", str(other), *given[2:]], "another study (benchmark of 24 clips of toy.h5)"),
    ):
        assert main(changed) == 1
        assert said in capsys.readouterr().err
    assert (out / "report.html").read_bytes() == report


def test_one_seed_has_no_spread_and_counts_say_what_they_are(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["evaluate", str(data), "--method", "hoof", "--protocol", "cross", "--train", "a", "--test", "b"]
    assert main([*given, "--seeds", "1"]) == 0
    said = capsys.readouterr().out
    assert "hoof, cross, 1 fold, 1 seed" in said
    assert "±" not in said
    assert main([*given, "--seeds", "2"]) == 0
    assert "answers of 2 seeds summed" in " ".join(capsys.readouterr().out.split())
    assert "too few: too narrow" in " ".join(said.split())
