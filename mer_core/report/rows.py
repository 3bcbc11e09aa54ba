"""What the page, the sheets and the LaTeX table all need of a study."""

from typing import Any

from mer_core.counted import counted
from mer_core.evaluation.resampling import FEW

Entry = dict[str, Any]


def measured(study: dict[str, Any]) -> list[Entry]:
    """Entries with figures: an ablation's in its own order; else the best UF1 first, smaller protocols behind."""
    rows = [entry for entry in study["entries"] if "pooled" in entry]
    if study["kind"] == "ablation":
        return rows
    return sorted(rows, key=lambda entry: (entry["division"] != "full", -entry["pooled"]["uf1"]["mean"]))


def not_run(study: dict[str, Any]) -> list[Entry]:
    """Entries without figures; each says why in ``not_run``."""
    return [entry for entry in study["entries"] if "not_run" in entry]


def datasets(study: dict[str, Any]) -> list[str]:
    """The data sets that clips were tested of, in alphabetical order."""
    return sorted({name for entry in measured(study) for name in entry["per_dataset"]})


def number(value: float) -> str:
    """A figure between 0 and 1 as the field prints it: .813."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def spread(value: dict[str, float], seeds: int) -> str:
    """Mean ± sd; the mean alone where there is one seed."""
    return number(value["mean"]) + (f" ± {number(value['sd'])}" if seeds > 1 else "")


def interval(value: dict[str, float | None]) -> str:
    """[low, high]; a dash where there is none, one subject alone being tested."""
    if value["low"] is None or value["high"] is None:
        return "–"
    return f"[{number(value['low'])}, {number(value['high'])}]"


def count(value: int | None) -> str:
    """A large number in three figures and a unit; a dash where there is none."""
    if value is None:
        return "–"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e4)):
        if value >= size:
            return f"{value / (1e3 if unit == 'k' else size):.3g} {unit}"
    return f"{value:,}"


def time_taken(seconds: float) -> str:
    """Seconds of work, short."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def bootstrap_said(subjects: int) -> str:
    """Over whom intervals were drawn; that they are too narrow, where these are few."""
    return f"bootstrap over {counted(subjects, 'subject')}" + (", too few: too narrow" if subjects < FEW else "")
