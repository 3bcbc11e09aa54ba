"""``unpack``: a packed project becomes a project's folder again."""

import argparse
from pathlib import Path

from mer_core.cli.json_lines import Wishes, print_line

HELP = "Open a packed project in a new folder, every file checked."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The archive, and where to."""
    parser.add_argument("archive", metavar="ARCHIVE", type=Path, help="a file made by 'export --format pack'")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder for the project")
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'cancel' on standard input, or its end, cancels",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check and unpack."""
    from mer_core.export.unpack import unpack_project

    if arguments.json_lines:
        wishes = Wishes()
        wishes.listen()
        unpack_project(arguments.archive, arguments.folder, wishes.progress())
        print_line({"event": "finished", "project": str(arguments.folder)})
        return 0
    from rich.console import Console

    from mer_core.cli.tables import share_bar

    with share_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Opening", total=None)
        unpack_project(
            arguments.archive,
            arguments.folder,
            lambda done, total, text: bar.update(task, completed=done, total=total, description=text),
        )
    print(f"The project is in {arguments.folder}.")
    return 0
