"""``export``: a project's coding in a format that others read; what it cannot carry is listed."""

import argparse
from pathlib import Path
from typing import Any

from mer_core.cli.json_lines import Wishes, print_line
from mer_core.errors import MerError
from mer_core.progress import Progress

HELP = "Export a project's coding for others to read, and list what the format cannot carry."
CODING = ("json", "csv", "casme2", "samm", "eaf", "boris")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The project, the format, where to, and of what."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="a project's folder")
    parser.add_argument("out", metavar="OUT", type=Path, help="the file to write; for eaf a new folder")
    parser.add_argument(
        "--format",
        choices=CODING,
        required=True,
        help="json: everything, ours; csv: one table; casme2, samm: XLSX in that set's columns; eaf: ELAN, a document "
        "for each clip; boris: tabular events",
    )
    parser.add_argument(
        "--coder",
        action="append",
        metavar="NAME",
        help="only this coder's annotations; may be given several times (default: all; casme2, samm: the project's)",
    )
    parser.add_argument(
        "--clip", action="append", metavar="CLIP", help="only this clip, by name or path; may be given several times"
    )
    parser.add_argument("--history", action="store_true", help="with the history of edits (json)")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, only list what the format cannot carry")
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'cancel' on standard input, or its end, cancels",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read, list, write."""
    if arguments.history and arguments.format != "json":
        raise MerError(f"The format {arguments.format} has no place for the history of edits: leave --history out.")
    if arguments.json_lines:
        wishes = Wishes()
        wishes.listen()
        print_line({"event": "finished", **_export(arguments, wishes.progress())})
        return 0
    from rich.console import Console

    from mer_core.cli.tables import progress_bar

    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Opening", total=None)
        done = _export(
            arguments, lambda done, total, text: bar.update(task, completed=done, total=total, description=text)
        )
    if done["losses"]:
        print(f"The format {arguments.format} does not carry:")
        for sentence in done["losses"]:
            print(f"  {sentence}")
    print("Nothing was written." if arguments.dry_run else f"{done['clips']} clips are in {arguments.out}.")
    return 0


def _export(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    from mer_core.export.coding import project_coding
    from mer_core.export.formats import FORMATS, export_coding, losses

    chosen = FORMATS[arguments.format]
    coders = None if chosen.one_coder else arguments.coder
    coding = project_coding(arguments.project, progress, coders=coders, clips=arguments.clip, history=arguments.history)
    coder = arguments.coder[0] if chosen.one_coder and arguments.coder else None
    if arguments.dry_run:
        lost = losses(coding, arguments.format, coder)
    else:
        lost = export_coding(coding, arguments.format, arguments.out, progress, coder=coder)
    return {"out": str(arguments.out), "clips": len(coding.clips), "losses": lost}
