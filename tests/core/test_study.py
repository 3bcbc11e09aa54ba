"""A study: measured part by part, kept, resumed, cancelled, and told with what could not be measured."""

import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mer_core.errors import Cancelled, FeatureError, MerError, ModelError
from mer_core.evaluation.code_digest import code_digest
from mer_core.evaluation.entries import ABLATION, ablation_entries, benchmark_entries
from mer_core.evaluation.parts import Part, PartStore, Task
from mer_core.evaluation.plan import Plan
from mer_core.evaluation.protocols import PROTOCOLS, Split
from mer_core.evaluation.study import Options, run_study
from mer_core.methods.hoof import METHOD as HOOF
from mer_core.methods.mr_uamf import METHOD
from mer_core.pace import Pace, duration
from mer_core.report.page import page
from mer_core.versions import versions
from tests.core.quick_methods import QuickSettings, by_epoch, crash, nan, predict, quick, refuse, register
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=8, each=6, strength=0.5)


@pytest.fixture(autouse=True)
def _methods(monkeypatch: pytest.MonkeyPatch) -> None:
    register(
        monkeypatch,
        quick("one", held_out_by_epoch=by_epoch),
        quick("heavy", heavy=True),
        quick("reader", reads=("flow", "frames")),
        quick("diverged", nan),
        quick("refusing", refuse),
        quick("defective", crash),
    )


def _study(out: Path, *names: str, seeds: int = 2, options: Options | None = None, **given: Any) -> dict[str, Any]:
    entries = benchmark_entries(names, seeds=seeds)
    return run_study("benchmark", FEATURES, given.pop("plan", Plan()), entries, out, options=options, **given)


def test_every_entry_is_told_with_figures_or_with_the_reason(tmp_path: Path) -> None:
    study = _study(tmp_path)
    told = {entry["name"]: entry for entry in study["entries"]}
    assert told["one"]["pooled"]["uf1"]["mean"] > 0.9
    assert told["one"]["seeds"] == [0, 1]
    assert told["one"]["parameters"] == 3000
    assert len(told["one"]["predictions"]) == 48
    assert "reads 'frames'" in told["reader"]["not_run"]
    assert "48 of 48 held-out clips no probability" in told["diverged"]["not_run"]
    assert told["refusing"]["not_run"] == "The quick method cannot use these clips: take others."
    assert told["defective"]["not_run"] == "error: ZeroDivisionError: division by zero"
    assert [name for name, entry in told.items() if entry.get("unforeseen")] == ["defective"]
    assert json.loads((tmp_path / "study.json").read_text()) == study


def test_heavy_methods_take_a_smaller_protocol_that_is_stated(tmp_path: Path) -> None:
    study = _study(tmp_path, "one", "heavy")
    one, heavy = study["entries"]
    assert (one["division"], heavy["division"]) == ("full", "small")
    assert study["divisions"]["full"]["folds"] == 8
    assert (study["divisions"]["small"]["protocol"], study["divisions"]["small"]["folds"]) == ("kfold", 5)
    assert heavy["seeds"] == [0]
    assert study["comparisons"] == []  # other folds: not to be compared
    full = _study(tmp_path, "one", "heavy", options=Options(heavy="full"))
    assert [entry["division"] for entry in full["entries"]] == ["full", "full"]
    assert len(full["comparisons"]) == 1
    assert "--heavy skip" in _study(tmp_path, "heavy", options=Options(heavy="skip"))["entries"][0]["not_run"]


def test_what_was_measured_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counting(*given: Any) -> np.ndarray:
        calls.append(given[3])
        return predict(*given)

    register(monkeypatch, quick("one", counting))
    first = _study(tmp_path, "one")
    assert calls == [0, 1]
    again = _study(tmp_path, "one", seeds=3)
    assert calls == [0, 1, 2]
    assert again["entries"][0]["seeds"] == [0, 1, 2]
    assert _figures(_study(tmp_path, "one")) == _figures(first)
    damaged = next((tmp_path / "parts").glob("one_seed1_*"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    assert _figures(_study(tmp_path, "one")) == _figures(first)
    assert calls == [0, 1, 2, 1]
    _study(tmp_path, "one", plan=Plan("kfold"))  # other folds are another measurement
    assert calls == [0, 1, 2, 1, 0, 1]


def test_what_other_code_measured_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _study(tmp_path, "one")
    _study(tmp_path, "one")
    assert len(list((tmp_path / "parts").iterdir())) == 2
    monkeypatch.setattr("mer_core.evaluation.parts.code_digest", lambda: "of other code")
    _study(tmp_path, "one")
    assert len(list((tmp_path / "parts").iterdir())) == 4


def test_what_counts_as_other_code(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / "network.py").write_text(text, encoding="utf-8")
        code_digest.cache_clear()
        return code_digest(tmp_path, ("models",))

    first = digest('"""A network."""\nRATE = 1e-3\n"""How fast."""\ndef train():\n  """Train."""\n  return RATE\n')
    assert digest("RATE = 1e-3  # how fast\ndef train(): return (RATE)\n") == first
    assert digest("RATE = 1e-2\ndef train(): return RATE\n") != first
    code_digest.cache_clear()
    assert set(versions()) >= {"scipy", "opencv-contrib-python-headless", "torch"}


def test_any_damage_to_a_part_counts_as_not_measured(tmp_path: Path) -> None:
    store = PartStore(tmp_path, FEATURES, {"full": np.eye(8, dtype=bool).repeat(6, axis=1)})
    task = Task("one", "one", QuickSettings(), 0, "full")
    whole = Part(np.tile(np.array([0.2, 0.3, 0.5], np.float32), (48, 1)), 1.0)
    store.add(task, whole)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    for place in range(len(content)):
        for flipped in (0xFF, 0x01):
            path.write_bytes(content[:place] + bytes([content[place] ^ flipped]) + content[place + 1 :])
            found = store.find(task)
            # Some bytes, as a file's date, mean nothing.
            assert found is None or (np.array_equal(found.held_out, whole.held_out) and found.seconds == 1), place
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    for other in (b"", buffer.getvalue(), content[: len(content) // 2]):
        path.write_bytes(other)
        assert store.find(task) is None


def _figures(study: dict[str, Any]) -> list[Any]:
    return [[entry[key] for key in ("pooled", "interval", "predictions")] for entry in study["entries"]]


def test_cancel_keeps_what_was_finished_and_the_next_call_goes_on(tmp_path: Path) -> None:
    said: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, text: str) -> None:
        said.append((done, total, text))
        if done == 1333:
            raise Cancelled

    with pytest.raises(Cancelled):
        _study(tmp_path, "one", progress=progress)
    assert [path.name[:9] for path in (tmp_path / "parts").iterdir()] == ["one_seed0"]
    assert not (tmp_path / "study.json").exists()
    assert said[-1][2].startswith("one, seed 1 (1 of 2, about ")
    said.clear()
    _study(tmp_path, "one", progress=lambda *each: said.append(each))
    assert said[0][:2] == (1000, 2000)
    assert said[-1][:2] == (2000, 2000)


def test_peeking_is_asked_for_and_shown_apart(tmp_path: Path) -> None:
    assert "test_peek" not in _study(tmp_path, "one")["entries"][0]
    one = _study(tmp_path, "one", options=Options(test_peek=True))["entries"][0]
    assert len(one["test_peek"]["curve"]) == 3
    assert one["test_peek"]["last"]["uf1"] == one["pooled"]["uf1"]
    assert one["test_peek"]["one_epoch"]["uf1"]["mean"] >= one["pooled"]["uf1"]["mean"]


def test_peeking_measures_nothing_again_that_shows_no_epochs(tmp_path: Path) -> None:
    _study(tmp_path, "one", "heavy")
    before = {path.name for path in (tmp_path / "parts").iterdir()}
    _study(tmp_path, "one", "heavy", options=Options(test_peek=True))
    more = {path.name for path in (tmp_path / "parts").iterdir()} - before
    assert sorted(name[:9] for name in more) == ["one_seed0", "one_seed1"]


def test_the_smaller_protocol_is_drawn_with_the_split_seed(tmp_path: Path) -> None:
    def folds(seed: int) -> tuple[int, str]:
        study = _study(tmp_path / str(seed), "heavy", plan=Plan(split_seed=seed))
        return study["divisions"]["small"]["split_seed"], (tmp_path / str(seed) / "split_small.json").read_text()

    drawn = [folds(seed) for seed in (0, 1, 2)]
    assert [seed for seed, _ in drawn] == [0, 1, 2]
    assert len({text for _, text in drawn}) > 1
    few = FEATURES.select(FEATURES.subject < "s05")
    with pytest.raises(FeatureError, match="not even a smaller protocol"):
        run_study("benchmark", few, Plan(split_seed=1), benchmark_entries(["heavy"], seeds=1), tmp_path / "few")
    # Nothing is drawn where each subject is left out.
    assert _study(tmp_path / "loso", "one")["divisions"]["full"]["split_seed"] is None


def test_the_smaller_protocol_is_checked_and_noted_too(tmp_path: Path) -> None:
    lonely = replace(FEATURES, label=np.where((FEATURES.label == 2) & (FEATURES.subject > "s01"), 1, FEATURES.label))
    lonely = replace(lonely, label=np.where((lonely.label == 2) & (lonely.subject == "s01"), 0, lonely.label))
    entries = benchmark_entries(["one", "heavy"], seeds=1)
    study = run_study("benchmark", lonely, Plan(), entries, tmp_path / "one")
    assert study["missing_in_training"]["full"] == [
        "Fold 1 is tested on surprise, of which it has no clip to learn from."
    ]
    (said,) = study["missing_in_training"]["small"]
    assert "is tested on surprise, of which it has no clip" in said


def test_a_smaller_protocol_that_leaves_one_class_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(FEATURES, label=np.where(FEATURES.subject < "s02", FEATURES.label % 2, 0))
    both = Split(PROTOCOLS["kfold"], np.array([few.subject < "s02", few.subject >= "s02"]))
    monkeypatch.setattr("mer_core.evaluation.study.split", lambda *_, **__: both)
    entries = benchmark_entries(["one", "heavy"], seeds=1)
    one, heavy = run_study("benchmark", few, Plan(), entries, tmp_path)["entries"]
    assert "pooled" in one
    assert "there are not two classes left to learn from" in heavy["not_run"]


def test_a_saved_cross_split_tells_its_data_sets(tmp_path: Path) -> None:
    features = replace(FEATURES, dataset=np.repeat(["a", "b"], 24))
    entries = benchmark_entries(["one"], seeds=1)
    first = run_study("benchmark", features, Plan("cross", train=("a",), test=("b",)), entries, tmp_path)
    again = run_study("benchmark", features, Plan(saved=tmp_path / "split_full.json"), entries, tmp_path)
    for study in (first, again):
        division = study["divisions"]["full"]
        assert (division["protocol"], division["train"], division["test"]) == ("cross", ["a"], ["b"])
        assert "trained on a, tested on b" in page(study)


def test_a_trial_run_of_few_epochs_says_that_it_is_no_result(tmp_path: Path) -> None:
    entries = benchmark_entries(["one"], seeds=1, epochs=2)
    study = run_study("benchmark", FEATURES, Plan(), entries, tmp_path)
    assert study["notes"] == ["Trained for 2 epochs in place of each method's own: a trial run, no result."]
    assert _study(tmp_path, "one")["notes"] == []


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MerError, match="choose another folder"):
        _study(tmp_path / "file")


def test_rows_of_the_ablation_are_the_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, METHOD)
    rows = {entry.name: entry.settings.to_dict() for entry in ablation_entries(seeds=2, epochs=4)}
    assert list(rows) == [name for name, _, _ in ABLATION]
    assert (rows["baseline"]["mixing"], rows["baseline"]["image"], rows["baseline"]["streams"]) == (
        "none",
        "none",
        "single",
    )
    assert rows["mr-uamf"] == replace(METHOD.settings(), seeds=2, **{"epochs": 4}).to_dict()
    steps = ["baseline", "fu-mix", "image", "triple", "mr-uamf"]
    changed = [{key for key in rows[one] if rows[one][key] != rows[other][key]} for one, other in pairwise(steps)]
    assert changed == [{"mixing"}, {"image"}, {"streams"}, {"attention"}]


def test_time_left_is_told_from_what_parts_have_taken() -> None:
    now = [0.0]
    tasks = [Task(name, name, QuickSettings(), seed, "full") for seed in range(2) for name in ("a", "b")]
    pace = Pace(tasks, jobs=1, clock=lambda: now[0])
    pace.told(tasks[0], 0.0)
    assert pace.seconds_left is None
    now[0] = 10
    pace.told(tasks[0], 0.5)
    assert pace.seconds_left == pytest.approx(10 + 3 * 20)  # nothing else is known yet
    pace.told(tasks[0], Part(np.zeros((1, 1)), 20.0))
    pace.told(tasks[1], Part(np.zeros((1, 1)), 100.0))
    assert (pace.finished, pace.done) == (2, 2)
    assert pace.seconds_left == pytest.approx(20 + 100)
    assert [duration(each) for each in (12, 150, 9000)] == ["12 s", "2 min", "2.5 h"]


def test_support_vector_machines_are_judged_with_both_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("one"), HOOF)
    entries = benchmark_entries(seeds=2)
    kernels = [(entry.name, entry.method, entry.settings.to_dict().get("kernel")) for entry in entries]
    assert kernels == [("one", "one", None), ("hoof", "hoof", "linear"), ("hoof-rbf", "hoof", "rbf")]


def test_unknown_method_is_said() -> None:
    with pytest.raises(ModelError, match="unknown"):
        benchmark_entries(["magic"], seeds=1)
