"""How each row was trained, beside how its authors did it; and which rows are not above chance that way."""

from collections.abc import Sequence
from typing import Any

from mer_core.report.html import Html, joined, table, tag
from mer_core.report.rows import Entry, interval, measured, number

_COLUMNS = ("epochs", "optimiser", "rate", "schedule", "batch", "scaling")
"""Settings with a column of their own; what else differs stands in the last one."""


def differing(entry: Entry) -> dict[str, tuple[Any, Any]]:
    """Setting → (here, published), for those in which the row's training is not its authors'."""
    used = entry["settings"]
    return {name: (used[name], value) for name, value in entry["published"].items() if used[name] != value}


def not_above_chance(entry: Entry) -> bool:
    """Whether the 95 % interval of UAR reaches down to that of guessing, 1 / classes."""
    low = entry["interval"]["uar"]["low"]
    return low is not None and bool(low <= 1 / len(entry["pooled"]["per_class"]))


def recipe_notes(study: dict[str, Any]) -> list[str]:
    """Sentences that belong under every table of the study, as plain text."""
    rows = measured(study)
    shortened = [entry["name"] for entry in rows if set(differing(entry)) == {"epochs"}]
    changed = [entry["name"] for entry in rows if differing(entry) and entry["name"] not in shortened]
    followed = [entry["name"] for entry in rows if entry["published"] and not differing(entry)]
    notes = []
    if changed:
        notes.append(
            f"Trained by this project's recipe, not as their authors did: {', '.join(changed)}. Such a row tells what "
            "a method does in this recipe, not what it can do; benchmark --published trains as published."
        )
    if shortened:
        notes.append(f"Trained with the published settings but for the number of epochs: {', '.join(shortened)}.")
    if followed:
        notes.append(f"Trained with the published settings: {', '.join(followed)}.")
    for entry in rows:
        if not_above_chance(entry):
            uar, classes = entry["pooled"]["uar"]["mean"], len(entry["pooled"]["per_class"])
            notes.append(
                f"{entry['name']} is not above chance (UAR {number(uar)} {interval(entry['interval']['uar'])}, "
                f"guessing among {classes} classes {number(1 / classes)}): it has learnt nothing, or too few subjects "
                "are tested to show it."
            )
    return notes


def recipes(study: dict[str, Any], rows: Sequence[Entry], labels: Sequence[str]) -> Html:
    """The sentences, and a table of each row's training beside its authors' where that is known."""
    lines, unknown = [], []
    for entry, label in zip(rows, labels, strict=True):
        if not entry["published"]:
            unknown.append(label)
            continue
        different = differing(entry)
        rest = [f"{name} {_pair(*pair)}" for name, pair in different.items() if name not in _COLUMNS]
        cells = [_cell(entry, name, different) for name in _COLUMNS]
        lines.append((label, *cells, tag("span", "; ".join(rest) or "–", css="about")))
    content: list[object] = [tag("p", note) for note in recipe_notes(study)]
    if lines:
        caption = "trained here / published; one value where they are the same. Otherwise: all else that differs."
        content.append(table(("", *_COLUMNS, "otherwise"), lines, caption=caption))
    if unknown:
        content.append(
            tag("p", f"By settings of this project's choice, for none are known as published: {', '.join(unknown)}.")
        )
    return joined(content)


def _cell(entry: Entry, name: str, different: dict[str, tuple[Any, Any]]) -> str:
    if name in different:
        return _pair(*different[name])
    if name in entry["settings"]:
        return _said(entry["settings"][name])
    if name == "optimiser" and "weight_decay" in entry["settings"]:
        decays = different.get("weight_decay", (entry["settings"]["weight_decay"],))
        return " / ".join(dict.fromkeys("adamw" if decay else "adam" for decay in decays))
    return "–"


def _pair(here: Any, published: Any) -> str:
    return f"{_said(here)} / {_said(published)}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
