"""The report: whole in itself, true to the study, and fit for print, spreadsheet and paper."""

import csv
import html
import io
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from mer_core.evaluation.entries import ABLATION, benchmark_entries
from mer_core.evaluation.plan import Plan
from mer_core.evaluation.protocols import PROTOCOLS
from mer_core.evaluation.study import Options, run_study
from mer_core.features import FeatureSet
from mer_core.models.registry import METHODS
from mer_core.report.latex import escape
from mer_core.report.page import page
from mer_core.report.plots import _share_axis, name_dots
from mer_core.report.rows import count, number, time_taken
from mer_core.report.write import write_report
from tests.core.quick_methods import QuickSettings, by_epoch, nan, quick, register
from tests.core.toy import toy_features


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two that can be compared, a heavy one, and one that fails."""
    register(
        monkeypatch,
        quick("ststnet", held_out_by_epoch=by_epoch),
        quick("<b>&co_"),
        quick("large", heavy=True),
        quick("diverged", nan),
    )
    return run_study(
        "benchmark",
        toy_features(subjects=8, each=6, strength=0.2),
        Plan(),
        benchmark_entries(seeds=2),
        tmp_path,
        options=Options(test_peek=True),
        command="python -m mer_core benchmark toy.h5 --out 'a b'",
    )


class _Outside(HTMLParser):
    """Whether tags are closed in order, and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.fetched += [
            value or "" for name, value in attrs if name in {"src", "href", "xlink:href"} and (value or "")[:1] != "#"
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"meta", "br"}:
            assert self.open.pop() == tag


def test_page_is_whole_in_itself_and_tells_all(study: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(study, tmp_path).read_text(encoding="utf-8")
    parser = _Outside()
    parser.feed(page)
    assert parser.open == []
    assert parser.fetched == []
    assert "@import" not in page
    assert page.count("<svg") == 4  # intervals, ROC, cost, epochs
    entry = study["entries"][0]
    assert f"{number(entry['pooled']['uf1']['mean'])} ± {number(entry['pooled']['uf1']['sd'])}" in page
    assert "&lt;b&gt;&amp;co_" in page
    assert "<b>&co_" not in page
    assert "large †" in page
    assert "gave 48 of 48 held-out clips no probability" in page
    assert "What peeking at the test clips would have claimed" in page
    assert ".735" in page  # STSTNet's published figure
    assert "Leaks subjects" not in page


def test_a_protocol_that_leaks_is_marked_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("one"))
    entries = benchmark_entries(seeds=1)
    study = run_study("benchmark", toy_features(subjects=4), Plan("sample-kfold", folds=3), entries, tmp_path)
    assert '<div class="warning"><p>Leaks subjects' in write_report(study, tmp_path).read_text(encoding="utf-8")
    assert "Leaks subjects" in (tmp_path / "table.tex").read_text(encoding="utf-8")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "results.csv").read_text(encoding="utf-8"))))
    assert {line["leaks_subjects"] for line in lines} == {"True"}


def test_folds_that_lack_a_class_are_counted(study: dict[str, Any]) -> None:
    study["notes"] = ["Trained for 2 epochs."]
    study["missing_in_training"] = {"full": [f"Fold {n} is tested on x." for n in range(1, 6)], "small": ["Fold 1 …"]}
    text = page(study)
    assert [f"Fold {n} is tested on x." in text for n in range(1, 6)] == [True] * 3 + [False] * 2
    assert "2 more folds are tested on a class so missing." in text
    assert "† Fold 1 …" in text
    assert "Trained for 2 epochs." in text


def test_how_each_was_trained_is_told_beside_how_its_authors_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True)
    class Rival(QuickSettings):
        PUBLISHED: ClassVar[dict[str, Any]] = {"epochs": 800, "noise": 0.5}

    def guessing(features: FeatureSet, *_rest: object) -> np.ndarray:
        return np.tile(np.array([0.5, 0.3, 0.2], np.float32), (len(features), 1))

    register(monkeypatch, quick("own"), quick("rival", settings=Rival), quick("guess", guessing))
    features = toy_features(subjects=4, each=6, strength=0.5)
    study = run_study("benchmark", features, Plan(), benchmark_entries(seeds=1), tmp_path)
    ours = "Trained by this project's recipe, not as their authors did: rival."
    nothing = "guess is not above chance (UAR .333 [.333, .333], guessing among 3 classes .333)"
    for text in (write_report(study, tmp_path).read_text(encoding="utf-8"), (tmp_path / "table.tex").read_text()):
        assert ours in html.unescape(text)
        assert nothing in text
        assert "rival is not above" not in text
    text = page(study)
    assert "<td>3 / 800</td>" in text
    assert "noise 0 / 0.5" in text
    assert "none are known as published: own, guess." in html.unescape(text)
    again = run_study("benchmark", features, Plan(), benchmark_entries(seeds=1, published=True), tmp_path)
    assert again["entries"][1]["settings"] == {"seeds": 1, "seed": 0, "epochs": 800, "noise": 0.5}
    assert "Trained with the published settings: rival." in page(again)
    assert again["notes"] == []
    fewer = benchmark_entries(["rival"], seeds=1, epochs=9, published=True)
    assert run_study("benchmark", features, Plan(), fewer, tmp_path)["notes"][0].startswith("Trained for 9 epochs")


def test_published_figures_stand_only_beside_their_own_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("ststnet"), quick("lbp-top"))
    features, entries = toy_features(subjects=4, each=6), benchmark_entries(seeds=1)
    rows = [replace(entries[0]), replace(entries[1], name="lbp-top-rbf")]
    text = page(run_study("benchmark", features, Plan(), rows, tmp_path / "whole"))
    assert ".735" in text
    assert ".588" not in text  # of the linear one
    for place, (given, plan) in enumerate(
        ((features, Plan("sample-kfold")), (replace(features, classes=("a", "b", "c")), Plan()))
    ):
        text = page(run_study("benchmark", given, plan, rows, tmp_path / str(place)))
        assert ".735" not in text
        assert "No published figure stands here" in text


def test_a_table_says_what_was_trained_and_tested_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("one"))
    toy = toy_features(subjects=4, each=6)
    features = replace(toy, dataset=np.where(np.arange(24) < 12, "casme2", "smic"))
    plan = Plan("cross", train=("casme2",), test=("smic",))
    text = write_report(run_study("benchmark", features, plan, benchmark_entries(seeds=1), tmp_path), tmp_path)
    latex = text.with_name("table.tex").read_text(encoding="utf-8")
    assert "1 fold, trained on casme2, tested on smic, 12 clips of 2 subjects tested" in latex


@pytest.mark.parametrize(("low", "high"), [(0.66, 0.86), (0.2, 1.0), (0.741, 0.779)])
def test_ticks_stand_where_they_say(low: float, high: float) -> None:
    axes = Figure().subplots()
    axes.set_ylim(low, high)
    _share_axis(axes.yaxis)
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    said = [axes.yaxis.get_major_formatter()(tick) for tick in ticks]
    assert len(ticks) >= 3
    assert [float(text) for text in said] == pytest.approx(ticks, abs=1e-9)


def test_names_of_dots_cover_neither_names_nor_dots() -> None:
    axes = Figure(figsize=(7.6, 3.1)).subplots()
    places = [
        (0.3, 0.93),
        (0.38, 0.96),
        (0.6, 0.91),
        (0.62, 0.94),
        (9.9, 0.95),
        (11.0, 0.93),
        (0.36, 0.66),
        (0.39, 0.61),
    ]
    axes.scatter(*zip(*places, strict=True))
    axes.set_xscale("log")
    axes.margins(0.15)
    name_dots(axes, places, [8.0] * len(places), [f"a-method-{place}" for place in range(len(places))])
    boxes = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == [f"a-method-{place}" for place in (1, 4, 3, 0, 5, 2, 6, 7)]
    centres = axes.transData.transform(places)
    for place, box in enumerate(boxes):
        assert box.count_overlaps(boxes[:place] + boxes[place + 1 :]) == 0
        assert not any(box.contains(*centre) for centre in centres)


def test_sheets_hold_the_same_figures(study: dict[str, Any], tmp_path: Path) -> None:
    write_report(study, tmp_path)
    lines = list(csv.DictReader(io.StringIO((tmp_path / "results.csv").read_text(encoding="utf-8"))))
    (found,) = (one for one in lines if (one["entry"], one["figure"], one["scope"]) == ("ststnet", "uar", "pooled"))
    entry = study["entries"][0]
    assert float(found["mean"]) == entry["pooled"]["uar"]["mean"]
    assert float(found["low"]) == entry["interval"]["uar"]["low"]
    (surprise,) = (
        one for one in lines if (one["entry"], one["figure"], one["scope"]) == ("ststnet", "recall", "class surprise")
    )
    assert float(surprise["mean"]) == entry["pooled"]["per_class"]["surprise"]["recall"]["mean"]
    assert surprise["clips"] == "16"
    assert next(one["scope"] for one in lines if one["entry"] == "diverged").startswith("not run: ")
    predictions = list(csv.DictReader(io.StringIO((tmp_path / "predictions.csv").read_text(encoding="utf-8"))))
    assert len(predictions) == 3 * 48
    for line, one in zip(predictions, [*entry["predictions"]], strict=False):
        assert [line["predicted_seed_0"], line["predicted_seed_1"]] == one["predicted"]
    assert {line["predicted_seed_1"] for line in predictions if line["entry"] == "large"} == {""}
    pairs = list(csv.DictReader(io.StringIO((tmp_path / "comparisons.csv").read_text(encoding="utf-8"))))
    assert [(one["first"], one["second"]) for one in pairs] == [("ststnet", "<b>&co_")]


def test_latex_has_a_cell_for_every_column_and_escapes(study: dict[str, Any], tmp_path: Path) -> None:
    write_report(study, tmp_path)
    text = (tmp_path / "table.tex").read_text(encoding="utf-8")
    body = text[text.index(r"\midrule") : text.index(r"\bottomrule")].splitlines()[1:-1]
    columns = len(re.search(r"\\begin\{tabular\}\{(\w+)\}", text)[1])  # type: ignore[index]
    assert len(body) == 3
    for line in body:
        assert len(re.findall(r"(?<!\\)&", line)) == columns - 1
    assert r"<b>\&co\_" in text
    assert r"large$^\dagger$" in text


def test_every_title_is_ascii_to_latex() -> None:
    titles = [title for _, title, _ in ABLATION]
    titles += [f"{one.title} {one.name}" for one in METHODS.values()]
    titles += [one.title for one in PROTOCOLS.values()]
    assert any("−" in title for title in titles)
    assert [title for title in titles if not escape(title).isascii()] == []
    assert escape("--published – 1") == "-{}-published -- 1"
    assert escape("apex − onset ± 5×5 · 95 %") == r"apex $-$ onset $\pm$ 5$\times$5 $\cdot$ 95 \%"


def test_a_dollar_sign_in_a_class_s_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, quick("one"))
    features = replace(toy_features(subjects=3), classes=("a$x{$", "y\\z_", "c"))
    write_report(run_study("benchmark", features, Plan(), benchmark_entries(seeds=1), tmp_path), tmp_path)
    assert "a$x{$" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_numbers_as_the_field_prints_them() -> None:
    assert [number(value) for value in (0.8134, 1.0, 0.0, -0.021)] == [".813", "1.000", ".000", "-.021"]
    assert [count(value) for value in (None, 1683, 39_000, 2_664_475, 3_000_000_000)] == [
        "–",
        "1,683",
        "39 k",
        "2.66 M",
        "3 G",
    ]
    assert [time_taken(value) for value in (0.24, 61, 600)] == ["0.2 s", "61 s", "10 min"]
