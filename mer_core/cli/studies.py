"""What ``benchmark`` and ``ablation`` share: data in, a study measured part by part, a report out."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mer_core.cli.data import HELP as DATA
from mer_core.cli.data import read_data
from mer_core.cli.json_lines import Wishes, print_line
from mer_core.cli.label_maps import chosen_label_map
from mer_core.cli.place import place
from mer_core.cli.plans import add_plan, plan_from
from mer_core.cli.settings import command_line
from mer_core.counted import counted
from mer_core.errors import Cancelled, MerError
from mer_core.evaluation.entries import Entry
from mer_core.models.registry import method
from mer_core.progress import Progress
from mer_core.report.rows import measured


def add_study(parser: argparse.ArgumentParser) -> None:
    """DATA, where to, how much at once, and the protocol."""
    parser.add_argument("data", metavar="DATA", type=Path, help=DATA)
    parser.add_argument("--out", metavar="DIR", type=place, required=True, help="folder for the report and all results")
    parser.add_argument("--seeds", type=int, default=5, help="trainings with other random numbers (default: 5)")
    parser.add_argument("--epochs", type=int, help="in place of each method's own number of epochs (to try things out)")
    parser.add_argument("--jobs", type=int, default=1, help="processes beside each other (default: 1)")
    parser.add_argument(
        "--test-peek",
        action="store_true",
        help="also show, in red, what keeping the best epoch on the test clips would have claimed",
    )
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'cancel' on standard input, or its end, cancels",
    )
    add_plan(parser)


def names(text: str | None) -> list[str]:
    """What stands between the commas; none without a text. MerError for a name given twice, or a text without one."""
    given = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not given:
        raise MerError("No name is given: name at least one, or leave the option out for all.")
    twice = {name for name in given if given.count(name) > 1}
    if twice:
        raise MerError(f"'{min(twice)}' is named twice: name it once.")
    return given


def run_study_command(kind: str, arguments: argparse.Namespace, entries: Sequence[Entry], heavy: str) -> int:
    """Measure, tell how far it is, write the report; returns the exit code."""
    if arguments.jobs < 1:
        raise MerError(f"--jobs is {arguments.jobs}, but must be at least 1.")
    wishes = Wishes()
    try:
        if arguments.json_lines:
            wishes.listen()
            study, report = _study(kind, arguments, entries, heavy, wishes.progress(), wishes)
            print_line({"event": "finished", "report": str(report), "entries": len(study["entries"])})
            return _exit_code(study)
        study, report = _with_bar(kind, arguments, entries, heavy, wishes)
    except (KeyboardInterrupt, Cancelled):
        print("Cancelled; what was finished is kept: the same command goes on from there.", file=sys.stderr)
        return 130
    _show(study, report)
    return _exit_code(study)


def _exit_code(study: dict[str, Any]) -> int:
    """1 where nothing was measured, or a row ended in an error that nobody foresaw: something is to be mended."""
    failed = [entry["name"] for entry in study["entries"] if entry.get("unforeseen")]
    if failed:
        print(f"Errors that nobody foresaw (tracebacks above) ended: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed or not measured(study) else 0


def _with_bar(
    kind: str, arguments: argparse.Namespace, entries: Sequence[Entry], heavy: str, wishes: Wishes
) -> tuple[dict[str, Any], Path]:
    from rich.console import Console

    from mer_core.cli.tables import share_bar

    with share_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Reading", total=None)

        def progress(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total or None, description=text)

        return _study(kind, arguments, entries, heavy, progress, wishes)


def _study(
    kind: str,
    arguments: argparse.Namespace,
    entries: Sequence[Entry],
    heavy: str,
    progress: Progress,
    wishes: Wishes,
) -> tuple[dict[str, Any], Path]:
    from mer_core.evaluation.study import Options, run_study
    from mer_core.report.write import write_report

    def check() -> None:
        if wishes.should_cancel():
            raise Cancelled

    frames = any("frames" in method(entry.method).reads for entry in entries)
    labels = chosen_label_map(arguments, arguments.data)
    study = run_study(
        kind,
        read_data(arguments.data, progress, labels, frames=frames, jobs=arguments.jobs),
        plan_from(arguments, labels),
        entries,
        arguments.out,
        options=Options(arguments.jobs, heavy, arguments.test_peek),
        source=arguments.data.name,
        command=command_line(),
        replaces=False,
        progress=progress,
        check=check,
    )
    return study, write_report(study, arguments.out)


def _show(study: dict[str, Any], report: Path) -> None:
    from rich.console import Console

    from mer_core.cli.tables import figures_table, print_table
    from mer_core.report.recipes import recipe_notes
    from mer_core.report.rows import not_run

    console = Console(highlight=False)
    leaks = any(one["leaks_subjects"] for one in study["divisions"].values())
    warning = " – LEAKS SUBJECTS: flattering, not for comparison" if leaks else ""
    protocols = ", ".join(f"{one['protocol']} ({counted(one['folds'], 'fold')})" for one in study["divisions"].values())
    rows = {
        entry["name"] + (" †" if entry["division"] == "small" else ""): (entry["pooled"], len(entry["seeds"]))
        for entry in measured(study)
    }
    if rows:
        print_table(console, figures_table(f"{study['kind']}: {protocols}{warning}", rows))
        for note in study["notes"] + recipe_notes(study):
            console.print(note, style="yellow", markup=False)
    for entry in not_run(study):
        console.print(f"{entry['name']} was not measured: {entry['not_run']}", style="red", markup=False)
    console.print(f"Report: {report}", soft_wrap=True, markup=False)
