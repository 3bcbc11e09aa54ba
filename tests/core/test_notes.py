"""What is said beside a figure, so that nobody believes more of it than it tells."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.annotation.label_maps import MEGC
from mer_core.cli import main
from mer_core.errors import FeatureError
from mer_core.evaluation.entries import benchmark_entries
from mer_core.evaluation.notes import notes_on
from mer_core.evaluation.plan import Plan, apply_plan
from mer_core.evaluation.resampling import compare, intervals, subject_confusions
from mer_core.evaluation.study import run_study
from mer_core.features import write_features
from mer_core.left_out import left_out_notes
from mer_core.report.write import write_report
from tests.core.quick_methods import quick, register
from tests.core.toy import toy_features

TOY = toy_features(subjects=4, each=6)
EMOTIONS = ("tense", "happiness", "disgust", "surprise")
LEFT_OUT = "Left out: 6 clips whose emotion has no class in MEGC 2019, three classes: tense (6)."


def test_what_a_label_map_leaves_out_is_counted_and_said_with_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "own.h5", tmp_path / "out.json"
    write_features(path, replace(TOY, label=np.arange(24) % 4, classes=EMOTIONS))
    given = ["evaluate", str(path), "--method", "hoof", "--seeds", "1", "--label-map", "megc2019", "--json", str(out)]
    assert main(given) == 0
    assert LEFT_OUT in " ".join(capsys.readouterr().out.split())
    told = json.loads(out.read_text())
    assert (told["clips"], told["features"]["in_no_class"]) == (18, {"tense": 6})
    assert LEFT_OUT in told["notes"]


@pytest.mark.parametrize("plan", [Plan(datasets=("b",)), Plan("cross", train=("a",), test=("b",))])
def test_only_clips_that_were_asked_for_count_as_left_out(plan: Plan) -> None:
    dataset = np.repeat(["a", "b", "c"], [6, 12, 6])
    features = replace(TOY, dataset=dataset, label=np.arange(24) % 4, classes=EMOTIONS)
    taken, _ = apply_plan(features, replace(plan, label_map=MEGC))
    asked = np.isin(dataset, plan.datasets or (*plan.train, *plan.test))
    assert taken.attributes["in_no_class"] == {"tense": int((features.label[asked] == 0).sum())}


def test_what_a_label_map_leaves_out_stands_in_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("one"))
    features = replace(TOY, label=np.arange(24) % 4, classes=EMOTIONS)
    study = run_study("benchmark", features, Plan(label_map=MEGC), benchmark_entries(seeds=1), tmp_path)
    assert LEFT_OUT in write_report(study, tmp_path).read_text(encoding="utf-8")
    assert LEFT_OUT in (tmp_path / "table.tex").read_text(encoding="utf-8")


def test_nothing_to_be_tested_on_names_what_was_left_out() -> None:
    dataset = np.repeat(["a", "b"], [18, 6])
    label = np.where(dataset == "b", 0, 1 + np.arange(24) % 3)
    features = replace(TOY, dataset=dataset, label=label, classes=EMOTIONS)
    with pytest.raises(FeatureError, match=r"no clip to be tested on\. Left out: 6 clips .*: tense \(6\)"):
        apply_plan(features, Plan("cross", train=("a",), test=("b",), label_map=MEGC))


def test_one_class_that_a_label_map_left_over_names_what_it_left_out() -> None:
    features = replace(TOY, label=np.arange(24) % 2, classes=("tense", "happiness"))
    with pytest.raises(FeatureError, match=r"of one class \(positive\).*no class in MEGC 2019, .*: tense \(12"):
        apply_plan(features, Plan(label_map=MEGC))


def test_clips_without_a_face_are_named_but_not_all() -> None:
    attributes = {"left_out": {f"c{number}": "why" for number in range(5)}}
    assert left_out_notes(attributes) == ["Left out: 5 clips in which no face was found: c0, c1, c2 and 2 more."]
    assert left_out_notes({}) == []


def test_clips_without_motion_and_copies_across_a_fold_are_told() -> None:
    flow = TOY.flow.copy()
    flow[3] = 0
    flow[9] = 0  # two without motion are no copies
    flow[7] = flow[1]  # c01 of s00 again as c07 of s01
    features, division = apply_plan(replace(TOY, flow=flow), Plan())
    still, copies = notes_on(features, division)
    assert still == "The flow of 2 clips is 0 all over (first: c03): no motion to tell by."
    assert copies.startswith("The very same flow is learnt from and tested on in 2 clips (first: c01)")
    flow[7] = TOY.flow[7]
    flow[2] = flow[1]  # of one subject, both are held out together
    assert notes_on(*apply_plan(replace(TOY, flow=flow), Plan())) == [still]


def test_a_class_that_no_clip_tested_is_of_is_told() -> None:
    features, division = apply_plan(replace(TOY, label=TOY.label % 2), Plan())
    (said,) = notes_on(features, division)
    assert said.startswith("No clip tested is of surprise: UF1 and UAR are means over 2 of 3 classes")


@pytest.mark.parametrize("unnamed", ["?", "", " NaN", "unknown", "n/a"])
def test_clips_of_nobody_known_are_neither_learnt_from_nor_judged(unnamed: str) -> None:
    subject = TOY.subject.astype("<U8")
    subject[4:6] = unnamed
    with pytest.raises(FeatureError, match=r"the subject of 2 of 24 clips is not named \(first: c04"):
        apply_plan(replace(TOY, subject=subject), Plan())


def test_one_subject_tested_has_no_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = subject_confusions(TOY.label, [TOY.label], np.full(24, "s"), 3)
    assert intervals(alone)["uf1"] == {"low": None, "high": None}
    assert (compare(alone, alone)["low"], compare(alone, alone)["p"]) == (None, 1)
    register(monkeypatch, quick("one"), quick("other"))
    two = replace(TOY, dataset=np.repeat(["a", "b"], [18, 6]))
    plan = Plan("cross", train=("a",), test=("b",))
    study = run_study("benchmark", two, plan, benchmark_entries(seeds=1), tmp_path)
    assert study["notes"] == [
        "One subject alone is tested: there is no interval over subjects, and no test between methods."
    ]
    report = write_report(study, tmp_path).read_text(encoding="utf-8")
    assert "<small>–</small>" in report
    assert "is not above chance" not in report
    assert "one & \\textbf{1.000} & -- &" in (tmp_path / "table.tex").read_text(encoding="utf-8")
    assert "one,uf1" not in (tmp_path / "results.csv").read_text(encoding="utf-8")
