"""A study: many entries under one protocol, measured part by part, told as one dict that JSON can hold."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import FeatureError, MerError
from mer_core.evaluation.code_digest import code_digest
from mer_core.evaluation.entries import Entry
from mer_core.evaluation.notes import missing_in_training, notes_on
from mer_core.evaluation.parts import Part, PartStore, Task
from mer_core.evaluation.plan import Plan, apply_plan, check_division
from mer_core.evaluation.protocols import Split, split
from mer_core.evaluation.resampling import compare, holm
from mer_core.evaluation.result import confusions_of, figures
from mer_core.evaluation.saved_splits import write_split
from mer_core.evaluation.workers import run_tasks
from mer_core.features import FeatureSet
from mer_core.models.method import check_readable
from mer_core.models.registry import method
from mer_core.pace import Pace, duration
from mer_core.processes import Unforeseen
from mer_core.progress import Progress, silent
from mer_core.versions import versions

TICKS = 1000
"""Progress is counted in thousandths of a part."""


@dataclass(frozen=True)
class Options:
    """How a study is run: processes beside each other, what heavy methods do, whether epochs are peeked at."""

    jobs: int = 1
    heavy: str = "small"
    test_peek: bool = False


def run_study(
    kind: str,
    features: FeatureSet,
    plan: Plan,
    entries: Sequence[Entry],
    out: Path,
    *,
    options: Options | None = None,
    source: str = "",
    command: str = "",
    replaces: bool = True,
    progress: Progress = silent,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Measure what ``out`` does not hold yet, then tell all of it; also writes ``study.json`` and the splits there.

    kind: benchmark or ablation. ``check`` is called often and may raise Cancelled: what was finished stays in
    ``out/parts``, and the same call goes on from there, also after a kill. An entry that cannot be measured is told
    with the reason; FeatureError if the features or the plan are not usable, MerError if ``out`` cannot be written, or,
    unless this one ``replaces`` it, holds a finished study with other data, folds or rows.
    """
    options = options or Options()
    draws_more = any(_division_name(entry, options) == "small" for entry in entries)
    features, division = apply_plan(features, plan, draws_more=draws_more)
    divisions = {"full": division, "small": _small(features, division, plan.split_seed or 0)}
    if plan.split_seed is not None and {one.seed for one in divisions.values()} == {None}:
        raise FeatureError("Nothing is drawn at random here, not even a smaller protocol: leave --split-seed out.")
    if not replaces:
        _check_place(Path(out), kind, _data(features, source), division, entries)
    obstacles = {
        entry.name: _obstacle(entry, features, divisions[_division_name(entry, options)], options) for entry in entries
    }
    wanted = [entry for entry in entries if not obstacles[entry.name]]
    tasks = _tasks(wanted, options)
    held_out = {name: one.held_out for name, one in divisions.items()}
    store = PartStore(Path(out) / "parts", features, held_out)
    used = sorted({task.division for task in tasks})
    for name in used:
        write_split(Path(out) / f"split_{name}.json", features, divisions[name])
    parts, failed = _measure(tasks, store, features, held_out, options.jobs, progress, check)
    obstacles |= failed
    rows, confusions = [], {}
    for entry in entries:
        own = [task for task in tasks if task.entry == entry.name]
        if obstacles[entry.name]:
            rows.append(_not_run(entry, features, obstacles[entry.name]))
            continue
        size = _division_name(entry, options)
        rows.append(_row(entry, features, divisions[size], own, [parts[task] for task in own]))
        if size == "full":
            confusions[entry.name] = confusions_of(features, division, [parts[task].held_out for task in own])
    study = {
        "kind": kind,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "versions": versions(),
        "code": code_digest(),
        "data": _data(features, source),
        "divisions": {name: _said(features, divisions[name]) for name in used},
        "notes": _shortened(entries) + notes_on(features, division),
        "missing_in_training": {name: missing_in_training(features, divisions[name]) for name in used},
        "test_peek": options.test_peek,
        "entries": rows,
        "comparisons": _comparisons(confusions),
    }
    write_json(Path(out) / "study.json", study)
    return study


def _check_place(out: Path, kind: str, data: dict[str, Any], division: Split, entries: Sequence[Entry]) -> None:
    """Raise MerError where ``out`` holds a report of which this one, taking its place, would lose something."""
    try:
        study = json.loads((out / "study.json").read_text(encoding="utf-8"))
        there = {"kind": study["kind"], **_identity(study["data"])}
        protocols = {one["protocol"] for name, one in study["divisions"].items() if name == "full"}
        rows = {entry["name"] for entry in study["entries"]} - {entry.name for entry in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return  # none, or none that is whole
    if there != {"kind": kind, **_identity(data)} or protocols - {division.protocol.name}:
        what = f"{there['kind']} of {there['clips']} clips of {there['source']}"
    elif rows:
        what = f"with {', '.join(sorted(rows))} besides"
    else:
        return
    raise MerError(f"{out} holds the report of another study ({what}): choose another --out, so that both are kept.")


def _identity(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("source", "clips", "subjects", "class_counts")}


def write_json(path: Path, content: Any) -> None:
    """Write beside first, then rename; MerError if it cannot be."""
    partial = path.with_name(f".partial-{path.name}")
    try:
        partial.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise MerError(f"{path} cannot be written ({error.strerror}): choose another folder with --out.") from error


def _shortened(entries: Sequence[Entry]) -> list[str]:
    """A sentence if any method was trained for fewer epochs than it should be."""
    for entry in entries:
        epochs = getattr(entry.settings, "epochs", 0)
        if epochs < entry.own_epochs:
            return [f"Trained for {epochs} epochs in place of each method's own: a trial run, no result."]
    return []


def _small(features: FeatureSet, division: Split, seed: int) -> Split:
    """Five folds of whole subjects where the plan has more of them; else the plan's own."""
    if len(division.held_out) <= 5 or division.protocol.leaks_subjects:
        return division
    return split("kfold", features.label, features.group, folds=5, seed=seed)


def _obstacle(entry: Entry, features: FeatureSet, division: Split, options: Options) -> str:
    """Why an entry cannot be measured, in a sentence; empty if it can."""
    if entry.heavy and options.heavy == "skip":
        return "Left out by --heavy skip: too heavy for this machine."
    try:
        check_readable(method(entry.method), features, entry.settings)
        check_division(features, division)
    except MerError as error:
        return str(error)
    return ""


def _division_name(entry: Entry, options: Options) -> str:
    return "small" if entry.heavy and options.heavy == "small" else "full"


def _tasks(entries: Sequence[Entry], options: Options) -> list[Task]:
    """The first seed of every entry first: a table of some kind soon, and the time left known."""
    tasks = []
    for number in range(max((entry.settings.seeds for entry in entries), default=0)):
        for entry in entries:
            size = _division_name(entry, options)
            if number < (1 if size == "small" else entry.settings.seeds):
                seed = entry.settings.seed + number
                peeked = options.test_peek and method(entry.method).held_out_by_epoch is not None
                tasks.append(Task(entry.name, entry.method, entry.settings, seed, size, peeked))
    return tasks


def _measure(
    tasks: Sequence[Task],
    store: PartStore,
    features: FeatureSet,
    held_out: dict[str, np.ndarray],
    jobs: int,
    progress: Progress,
    check: Callable[[], None],
) -> tuple[dict[Task, Part], dict[str, str]]:
    """The parts, from ``store`` or measured now; and for each entry that failed, why."""
    parts: dict[Task, Part] = {}
    failed: dict[str, str] = {}
    for task in tasks:
        found = store.find(task)
        if found is not None:
            parts[task] = found
    missing = [task for task in tasks if task not in parts]
    pace = Pace(missing, jobs)
    for task, part in parts.items():
        pace.known(task.entry, part.seconds)

    def told(task: Task, what: float | Part | str) -> None:
        if isinstance(what, Part):
            store.add(task, what)
            parts[task] = what
        elif isinstance(what, str):
            failed.setdefault(task.entry, what)
        pace.told(task, what)
        left = pace.seconds_left
        later = "" if left is None else f", about {duration(left)} left"
        text = f"{task.entry}, seed {task.seed} ({len(tasks) - len(missing) + pace.finished} of {len(tasks)}{later})"
        progress(round(TICKS * (len(tasks) - len(missing) + pace.done)), TICKS * len(tasks), text)

    run_tasks(missing, features, held_out, jobs=jobs, told=told, check=check)
    return parts, failed


def _row(
    entry: Entry, features: FeatureSet, division: Split, tasks: Sequence[Task], parts: Sequence[Part]
) -> dict[str, Any]:
    """An entry with its figures."""
    epochs = [part.epochs for part in parts if part.epochs is not None]
    return {
        **_about(replace(entry, settings=replace(entry.settings, seeds=len(tasks))), features),
        "division": tasks[0].division,
        "seeds": [task.seed for task in tasks],
        "seconds_per_seed": round(float(np.mean([part.seconds for part in parts])), 3),
        **figures(features, division, [part.held_out for part in parts], epochs),
    }


def _not_run(entry: Entry, features: FeatureSet, why: str) -> dict[str, Any]:
    """An entry without figures; ``unforeseen``: by a defect, not by what it was given."""
    return {**_about(entry, features), "not_run": str(why), "unforeseen": isinstance(why, Unforeseen)}


def _about(entry: Entry, features: FeatureSet) -> dict[str, Any]:
    chosen = method(entry.method)
    classes = len(features.classes)
    return {
        "name": entry.name,
        "title": entry.title,
        "method": entry.method,
        "source": chosen.source,
        "reads": [*chosen.reads, *entry.settings.also_reads],
        "heavy": chosen.heavy,
        "parameters": chosen.parameters(classes, entry.settings),
        "multiply_adds": chosen.flops(classes, entry.settings),
        "settings": entry.settings.to_dict(),
        "published": dict(chosen.settings.PUBLISHED),
    }


def _data(features: FeatureSet, source: str) -> dict[str, Any]:
    names = np.unique(features.dataset)
    return {
        "source": source,
        "clips": len(features),
        "subjects": len(set(features.group)),
        "datasets": {
            str(name): {
                "clips": int((features.dataset == name).sum()),
                "subjects": len(set(features.group[features.dataset == name])),
            }
            for name in names
        },
        "classes": list(features.classes),
        "class_counts": features.class_counts,
        "attributes": features.attributes,
    }


def _said(features: FeatureSet, division: Split) -> dict[str, Any]:
    tested = division.fold >= 0
    return {
        "protocol": division.protocol.name,
        "title": division.protocol.title,
        "leaks_subjects": division.protocol.leaks_subjects,
        "folds": len(division.held_out),
        "split_seed": division.seed,
        "clips_tested": int(tested.sum()),
        "subjects_tested": len(set(features.group[tested])),
        **division.datasets(features.dataset),
    }


def _comparisons(confusions: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Every pair judged on the same folds; ``p_holm`` corrected for the number of pairs."""
    pairs = [
        {"first": first, "second": second, **compare(confusions[first], confusions[second])}
        for first, second in combinations(confusions, 2)
    ]
    for pair, corrected in zip(pairs, holm([pair["p"] for pair in pairs]) if pairs else [], strict=True):
        pair["p_holm"] = corrected
    return pairs
