"""``locate``: a project's clips were moved; say where to, and all of them are found again."""

import argparse
from pathlib import Path

HELP = "Find a project's clips again after their folders were moved."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The project, and the new place."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="a project's folder")
    parser.add_argument("place", metavar="DIR", type=Path, help="where the clips, or one of them, lie now")


def run(arguments: argparse.Namespace) -> int:
    """Look, verify, and keep the new paths in one edit."""
    from rich.console import Console

    from mer_core.cli.tables import progress_bar
    from mer_core.project import Project
    from mer_core.project.locating import locate

    with Project.open(arguments.project) as project:
        with progress_bar(Console(stderr=True)) as bar:
            task = bar.add_task("Looking", total=None)
            found = locate(
                project,
                arguments.place.absolute(),
                lambda done, total, text: bar.update(task, completed=done, total=total or None, description=text),
            )
        if found.changes:
            project.apply(found.changes, project.coder, f"Locate {len(found.changes)} clips")
    for clip, why in found.still_missing:
        print(f"{clip.path} is still missing: {why}.")
    print(f"{len(found.changes)} clips found again, {len(found.still_missing)} still missing.")
    return 1 if found.still_missing else 0
