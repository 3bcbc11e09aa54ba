"""A study as CSV: every figure, every comparison, every prediction."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from mer_core.evaluation.metrics import FIGURES
from mer_core.report.rows import measured, not_run


def results_csv(study: dict[str, Any]) -> str:
    """One line an entry, aggregation, data set or class, and figure."""
    head = ("entry", "method", "protocol", "leaks_subjects", "clips", "figure", "mean", "sd", "low", "high", "scope")
    lines: list[Sequence[Any]] = []
    for entry in measured(study):
        division = study["divisions"][entry["division"]]
        start = (entry["name"], entry["method"], division["protocol"], division["leaks_subjects"])
        scopes = {
            **entry["aggregations"],
            **{f"data set {name}": figures for name, figures in entry["per_dataset"].items()},
        }
        for scope, figures in scopes.items():
            clips = sum(one["clips"] for one in figures["per_class"].values()) if "per_class" in figures else ""
            clips = clips or division["clips_tested"]
            for name in FIGURES:
                ends = entry["interval"].get(name, {}) if scope == "pooled" else {}
                value = figures[name]
                lines.append(
                    (*start, clips, name, value["mean"], value["sd"], ends.get("low"), ends.get("high"), scope)
                )
        for name, one in entry["pooled"]["per_class"].items():
            for figure in ("precision", "recall", "f1"):
                value = one[figure]
                lines.append((*start, one["clips"], figure, value["mean"], value["sd"], None, None, f"class {name}"))
    lines += [(entry["name"], entry["method"], *[""] * 8, f"not run: {entry['not_run']}") for entry in not_run(study)]
    return _csv(head, lines)


def comparisons_csv(study: dict[str, Any]) -> str:
    """One line a pair: difference of UF1, its interval, p and p corrected after Holm."""
    keys = ("first", "second", "difference", "low", "high", "p", "p_holm")
    return _csv(keys, ([pair[key] for key in keys] for pair in study["comparisons"]))


def predictions_csv(study: dict[str, Any]) -> str:
    """One line an entry and clip: its class, its fold, the answer of each seed (empty: not run), mean probabilities."""
    classes, entries = study["data"]["classes"], measured(study)
    seeds = sorted({seed for entry in entries for seed in entry["seeds"]})
    keys = ("dataset", "subject", "clip", "fold", "label")
    head = ("entry", *keys, *(f"predicted_seed_{seed}" for seed in seeds), *(f"p_{name}" for name in classes))
    lines = []
    for entry in entries:
        for one in entry["predictions"]:
            answers = dict(zip(entry["seeds"], one["predicted"], strict=True))
            given = (answers.get(seed, "") for seed in seeds)
            lines.append((entry["name"], *(one[key] for key in keys), *given, *one["probabilities"]))
    return _csv(head, lines)


def _csv(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()
