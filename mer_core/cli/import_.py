"""``import``: a data set as it was unpacked → clips and labels in a project, with a report."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mer_core.datasets.names import ALIASES, NAMES
from mer_core.errors import MerError

if TYPE_CHECKING:
    from mer_core.datasets.dataset import DataSet
    from mer_core.project import Project

HELP = "Import a data set's clips and coding into a project."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which set, from where, into which project, and how."""
    names = [*NAMES, *ALIASES, "generic"]
    parser.add_argument("dataset", metavar="SET", choices=names, help=f"one of {', '.join(names)}")
    parser.add_argument("folder", metavar="DIR", type=Path, help="the data set's folder, as it was unpacked")
    parser.add_argument("--project", metavar="P", type=Path, required=True, help="a project's folder; made if missing")
    parser.add_argument("--coding", metavar="FILE", type=Path, help="the coding file, where it is not found by itself")
    parser.add_argument("--frames", metavar="KIND", default="", help="raw, cropped (SMIC: short, long, …) frames")
    parser.add_argument(
        "--coder", metavar="NAME", help="who takes the labels over to edit and train on (default: the project's coder)"
    )
    parser.add_argument(
        "--reference-only", action="store_true", help="keep the labels as the data set's alone, take none over"
    )
    parser.add_argument(
        "--apex",
        choices=("middle", "none"),
        default="middle",
        help="where a set codes no apex (SMIC), take over the middle of onset and offset, or none (default: middle)",
    )
    parser.add_argument("--macro", action="store_true", help="take macro-expressions along (CAS(ME)²)")
    own = parser.add_argument_group("generic: any other data set")
    own.add_argument(
        "--pattern", default="{subject}/{clip}", help="how clips lie in folders, such as {subject}/{emotion}/{clip}"
    )
    own.add_argument(
        "--columns",
        metavar="FIELD=HEADING,…",
        default="",
        help="the table's columns: clip, subject, onset, apex, offset, emotion, action_units, notes",
    )
    own.add_argument("--sheet", default="", help="the table's sheet (default: the one with these columns)")
    own.add_argument("--fps", type=float, default=0, help="of the recording (default: as videos say; folders: 100)")
    own.add_argument("--name", default="own clips", help="of the data set, and of its coder (default: own clips)")
    parser.add_argument("--yes", action="store_true", help="accept the changes to what was imported before")
    parser.add_argument("--overwrite-mine", action="store_true", help="also replace what the coder edited since")


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, show, and carry out what is accepted."""
    from rich.console import Console

    from mer_core.cli.tables import progress_bar
    from mer_core.datasets.read import read_dataset
    from mer_core.datasets.registry import data_set
    from mer_core.datasets.report import as_text, to_json
    from mer_core.project import FILE_NAME, Project
    from mer_core.project.importing import difference

    dataset = _own(arguments) if arguments.dataset == "generic" else data_set(arguments.dataset)
    if (arguments.project / FILE_NAME).is_file():
        Project.open(arguments.project).close()  # said now, not after minutes of reading
    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Reading", total=None)
        reading = read_dataset(
            dataset,
            arguments.folder,
            coding_file=arguments.coding,
            kind=arguments.frames,
            macro=arguments.macro,
            progress=lambda done, total, text: bar.update(task, completed=done, total=total or None, description=text),
        )
    print(as_text(reading.report))
    with _project(arguments) as project:
        coder = "" if arguments.reference_only else arguments.coder
        middle = arguments.apex == "middle" and not dataset.apex_coded
        found = difference(project, reading, coder=coder, middle_apex=middle)
        chosen = [item for item in found.items if item.by_default or arguments.overwrite_mine]
        print()
        if not found.items:
            print("Nothing to change: the project holds all of it already.")
            return 0
        for item in found.items:
            if item.kind != "clip":
                print(f"{item.clip}: {item.text}{'' if item in chosen else ' (kept; --overwrite-mine replaces it)'}")
        if not chosen:
            return 0
        if any(item.kind != "clip" for item in chosen) and not arguments.yes:
            _ask(len(chosen))
        project.apply(found.changes(chosen), coder or project.coder or dataset.title, found.action)
        project.keep_import_report(dataset.name, to_json(reading.report))
        new = sum(item.kind == "clip" for item in chosen)
        print(f"{new} clips added, {len(chosen) - new} changes made in {project.folder}.")
    return 0


def _own(arguments: argparse.Namespace) -> "DataSet":
    from mer_core.datasets.generic import Layout, generic_set

    columns = {}
    for part in filter(None, arguments.columns.split(",")):
        name, sign, heading = part.partition("=")
        if not sign or not heading.strip():
            raise MerError(f"--columns: “{part}” does not say which column: write such as onset=Onset frame.")
        columns[name.strip()] = heading.strip()
    if bool(columns) != bool(arguments.coding):
        raise MerError("A table needs both: its file with --coding and its columns with --columns.")
    return generic_set(Layout(arguments.name, arguments.fps, arguments.pattern, arguments.sheet, columns))


def _project(arguments: argparse.Namespace) -> "Project":
    from mer_core.project import FILE_NAME, Project

    there = (arguments.project / FILE_NAME).is_file()
    project = Project.open(arguments.project) if there else Project.create(arguments.project)
    if not project.coder:
        project.set_coder(arguments.coder or _user_name())
    return project


def _ask(changes: int) -> None:
    """Raise MerError unless the user agrees."""
    if not sys.stdin.isatty():
        raise MerError("This changes what was imported before, so nothing was changed: add --yes to accept it.")
    if input(f"Carry out these {changes} changes? [y/N] ").strip().lower() not in ("y", "yes"):
        raise MerError("Nothing was changed.")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return "coder"
