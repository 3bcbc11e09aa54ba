"""A study as one HTML page, with everything inside."""

import json
from typing import Any

from mer_core.evaluation import published
from mer_core.features import MEGC_CLASSES
from mer_core.report import plots
from mer_core.report.html import Html, escaped, figure, joined, table, tag
from mer_core.report.matrices import confusion_grid, pair_table
from mer_core.report.recipes import recipe_notes, recipes
from mer_core.report.rows import (
    bootstrap_said,
    count,
    datasets,
    interval,
    measured,
    not_run,
    number,
    spread,
    time_taken,
)
from mer_core.report.style import STYLE

_LEAK = (
    "Leaks subjects: clips of one person lie on both sides of the split, so every figure here is flattering and none "
    "can be compared with a figure on people never seen."
)


def page(study: dict[str, Any]) -> str:
    """The whole page; study: as of ``run_study``."""
    title = {"benchmark": "Benchmark", "ablation": "Ablation of MR-UAMF"}[study["kind"]]
    rows = measured(study)
    parts: list[Html | None] = [_head(study, title), *_warnings(study)]
    if rows:
        parts.append(_results(study, rows))
        if study["kind"] == "benchmark" or recipe_notes(study):
            parts.append(_section("How each was trained", recipes(study, rows, _labels(study, rows))))
        parts.append(_plots(study, rows))
        if len(datasets(study)) > 1 or study["kind"] == "benchmark":
            parts.append(_by_dataset(study, rows))
        parts.append(_by_class(study, rows))
        parts.append(_differences(study, rows))
        parts.append(
            _section("What was taken for what", confusion_grid(rows, _labels(study, rows), study["data"]["classes"]))
        )
        if any("test_peek" in entry for entry in rows):
            parts.append(_peek(study, rows))
        parts.append(_aggregations(study, rows))
    parts += [_not_run(study), _made(study, rows)]
    body = joined(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}: {escaped(_where(study))}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _section(title: str, *content: object) -> Html:
    return tag("section", tag("h2", title), *content)


def _labels(study: dict[str, Any], rows: list[dict[str, Any]]) -> list[str]:
    ablation = study["kind"] == "ablation"
    dagger = {"small": " †", "full": ""}
    return [(entry["title"] if ablation else entry["name"]) + dagger[entry["division"]] for entry in rows]


def _where(study: dict[str, Any]) -> str:
    data = study["data"]
    return f"{data['clips']} clips of {data['subjects']} subjects ({', '.join(data['datasets'])})"


def _head(study: dict[str, Any], title: str) -> Html:
    data = study["data"]
    division = study["divisions"].get("full") or next(iter(study["divisions"].values()), None)
    said = _where(study)
    facts: list[tuple[object, str]] = [(data["clips"], "clips"), (data["subjects"], "subjects")]
    facts += [(clips, name) for name, clips in data["class_counts"].items()]
    if division is not None:
        said += f"; {division['title']}"
        if division["protocol"] == "cross":
            said += f": trained on {', '.join(division['train'])}, tested on {', '.join(division['test'])}"
        facts.append((division["folds"], "folds"))
        facts.append((division["clips_tested"], "clips tested"))
    facts.append((max((len(entry["seeds"]) for entry in measured(study)), default=0), "seeds"))
    return tag(
        "header",
        tag("h1", title),
        tag("p", f"{said}.", css="lead"),
        tag("div", *(tag("div", tag("b", value), tag("span", name, css="soft")) for value, name in facts), css="facts"),
    )


def _warnings(study: dict[str, Any]) -> list[Html]:
    texts = [_LEAK] if any(one["leaks_subjects"] for one in study["divisions"].values()) else []
    texts += study["notes"]
    for name, missing in study["missing_in_training"].items():
        mark = "† " if name == "small" else ""
        texts += [mark + text for text in missing[:3]]
        if len(missing) > 3:
            more = len(missing) - 3
            texts.append(f"{mark}{more} more {'fold is' if more == 1 else 'folds are'} tested on a class so missing.")
    return [tag("div", tag("p", text), css="warning") for text in texts]


def _results(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    heads = ("", "UF1 [95 %]", "UAR", "accuracy", "precision", "weights", "mult-adds", "time")
    lines = []
    for entry, label in zip(rows, _labels(study, rows), strict=True):
        pooled, seeds = entry["pooled"], len(entry["seeds"])
        about = entry["name"] if study["kind"] == "ablation" else entry["title"]
        lines.append(
            (
                joined((tag("span", label, css="name"), tag("span", about, css="about")), ""),
                joined((spread(pooled["uf1"], seeds), tag("small", interval(entry["interval"]["uf1"]))), "<br>"),
                *(spread(pooled[name], seeds) for name in ("uar", "accuracy", "precision")),
                count(entry["parameters"]),
                count(entry["multiply_adds"]),
                time_taken(entry["seconds_per_seed"]),
            )
        )
    full = [place for place, entry in enumerate(rows) if entry["division"] == "full"]
    tested = max(one["subjects_tested"] for one in study["divisions"].values())
    best = max(full, key=lambda place: rows[place]["pooled"]["uf1"]["mean"], default=None)
    caption = (
        "All held-out clips in one confusion matrix; mean ± standard deviation over seeds; nothing was chosen on a "
        f"test clip, the last epoch counts. [95 %]: {bootstrap_said(tested)}. Precision: macro, as UAR is macro "
        "recall; macro F1 is UF1. Time: all folds trained and tested with one seed."
    )
    small = study["divisions"].get("small")
    if small:
        caption += (
            f" † Too large a network for every fold and seed on a small machine: {small['title']}, {small['folds']} "
            "folds, one seed; measured, but not to be set beside the rest."
        )
    return _section("Results", table(heads, lines, caption=caption, best=best))


def _plots(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    labels = _labels(study, rows)
    names = [entry["name"] for entry in rows] if study["kind"] == "ablation" else labels
    peeked = any("test_peek" in entry for entry in rows)
    red = " Red crosses: what keeping each fold's best epoch on the test clips would have claimed." if peeked else ""
    drawn = [
        figure(
            plots.forest(rows, labels),
            f"UF1 with its 95 % interval over subjects (line) and standard deviation over seeds (bar).{red}",
        ),
        figure(
            plots.roc(rows, names, study["data"]["classes"]),
            "Each class against the rest, by the seeds' mean probabilities; the rows from the seventh on are grey.",
        ),
    ]
    if len(rows) > 1:
        drawn.append(figure(plots.cost(rows, names), "UF1 against time; a larger dot has more weights to learn."))
    return _section("How sure, how sharp, how dear", *drawn)


def _by_dataset(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    sets = datasets(study)
    # Published are figures of MEGC 2019's classes, with no subject on both sides.
    leaks = any(one["leaks_subjects"] for one in study["divisions"].values())
    alike = tuple(study["data"]["classes"]) == MEGC_CLASSES and not leaks
    compared = study["kind"] == "benchmark" and alike
    heads = ["", "all", *sets]
    if compared:
        heads += [f"published {name}" for name in ("full", "SMIC", "CASME II", "SAMM")]
    lines, caveats = [], []
    for entry, label in zip(rows, _labels(study, rows), strict=True):
        seeds = len(entry["seeds"])
        cells: list[object] = [label, spread(entry["pooled"]["uf1"], seeds)]
        cells += [
            spread(entry["per_dataset"][one]["uf1"], seeds) if one in entry["per_dataset"] else "–" for one in sets
        ]
        if compared:
            known = published.PUBLISHED.get(entry["name"])
            figures = (known.full, known.smic, known.casme2, known.samm) if known else ()
            cells += [number(value) for value in figures] or ["–"] * 4
            if known and known.caveat:
                caveats.append(f"{entry['name']}: {known.caveat}")
        lines.append(cells)
    notes = [published.SOURCE, *caveats, *published.CAVEATS] if compared else []
    if study["kind"] == "benchmark":
        notes += [published.MR_UAMF] if alike else [published.OTHER_TASK]
    else:
        notes += [published.ABLATION]
    title = "UF1 of each data set, beside published figures" if compared else "UF1 of each data set"
    return _section(title, table(heads, lines), tag("ul", *(tag("li", note) for note in notes)))


def _by_class(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    lines = []
    for entry, label in zip(rows, _labels(study, rows), strict=True):
        cells: list[object] = [label]
        for name in study["data"]["classes"]:
            one = entry["pooled"]["per_class"].get(name)
            if one is None:
                cells.append("–")
                continue
            f1, recall, precision = (number(one[figure]["mean"]) for figure in ("f1", "recall", "precision"))
            cells.append(joined((f1, tag("small", f"{recall} / {precision}")), "<br>"))
        lines.append(cells)
    caption = "F1, below it recall / precision, of all held-out clips; means over seeds."
    return _section("Each class", table(("", *study["data"]["classes"]), lines, caption=caption))


def _differences(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html | None:
    if not study["comparisons"]:
        return None
    text = (
        "UF1 of the row minus UF1 of the column, on the same clips and folds. Bold: p < .05 by a paired permutation "
        "test in which the two results of a subject change places at random, corrected after Holm for the number of "
        "pairs. Everything else may be chance."
    )
    return _section("Which differences are real", tag("p", text), pair_table(study, rows, _labels(study, rows)))


def _peek(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    seen = [(entry, label) for entry, label in zip(rows, _labels(study, rows), strict=True) if "test_peek" in entry]
    entries, labels = [one[0] for one in seen], [one[1] for one in seen]
    lines = [
        (
            label,
            spread(entry["test_peek"]["last"]["uf1"], len(entry["seeds"])),
            tag("span", spread(entry["test_peek"]["one_epoch"]["uf1"], len(entry["seeds"])), css="red"),
            tag("span", spread(entry["test_peek"]["per_fold"]["uf1"], len(entry["seeds"])), css="red"),
        )
        for entry, label in seen
    ]
    heads = ("", "last epoch (honest)", "best epoch of all folds", "best epoch of each fold")
    return _section(
        "What peeking at the test clips would have claimed",
        tag("div", tag("p", entries[0]["test_peek"]["warning"]), css="warning"),
        table(
            heads,
            lines,
            caption="UF1, mean ± standard deviation over seeds. The columns in red are no results. A fold's best epoch "
            "has the most right answers in it; pooled over all folds, UF1 may yet come out below the last epoch's.",
        ),
        figure(plots.epochs(entries, labels), "UF1 on the test clips after each epoch; a red cross marks the best."),
    )


def _aggregations(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    from mer_core.evaluation.aggregation import AGGREGATIONS

    lines = [
        (label, *(number(entry["aggregations"][way]["uf1"]["mean"]) for way in AGGREGATIONS))
        for entry, label in zip(rows, _labels(study, rows), strict=True)
    ]
    meanings = tag("ul", *(tag("li", tag("b", way), f": {text}") for way, text in AGGREGATIONS.items()))
    return _section("The same predictions, averaged in other ways", table(("UF1", *AGGREGATIONS), lines), meanings)


def _not_run(study: dict[str, Any]) -> Html | None:
    missing = not_run(study)
    if not missing:
        return None
    lines = (tag("li", tag("b", entry["name"]), f": {entry['not_run']}") for entry in missing)
    return _section("Not measured", tag("ul", *lines))


def _made(study: dict[str, Any], rows: list[dict[str, Any]]) -> Html:
    made = [("Made", study["made"]), ("Features", study["data"]["source"])]
    made += [("Versions", ", ".join(f"{name} {version}" for name, version in study["versions"].items()))]
    how = study["data"]["attributes"]
    made += [("How the features were made", json.dumps(how, ensure_ascii=False) if how else "their file does not say")]
    settings = {entry["name"]: entry["settings"] for entry in rows}
    lines = json.dumps(settings, indent=None, ensure_ascii=False).replace("}, ", "},\n")
    return _section(
        "How this was made",
        tag("pre", study["command"]) if study["command"] else "",
        tag("ul", *(tag("li", tag("b", name), f": {text}") for name, text in made)),
        tag(
            "p",
            "Beside this page: results.csv, comparisons.csv, predictions.csv, table.tex, study.json and the splits.",
        ),
        tag("details", tag("summary", "Settings of every row"), tag("pre", lines), css="screen"),
    )
