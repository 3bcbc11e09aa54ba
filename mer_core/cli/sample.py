"""``sample``: generated clips, and a project over them, to try everything on."""

import argparse
from pathlib import Path

from mer_core.cli.json_lines import Wishes
from mer_core.progress import Progress

HELP = "Make generated sample clips, with known truth, and a project over them."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and how much of it."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder for the project and its clips")
    parser.add_argument("--subjects", type=int, default=8, help="made-up people (default: %(default)s)")
    parser.add_argument("--clips-per-subject", type=int, default=6, help="expressions of each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same clips (default: %(default)s)")
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="progress as one JSON object a line; 'cancel' on standard input, or its end, cancels",
    )


def run(args: argparse.Namespace) -> int:
    """Make the sample project."""
    if args.json_lines:
        wishes = Wishes()
        wishes.listen()
        _make(args, wishes.progress())
        return 0
    from rich.progress import Progress as Bar

    with Bar() as bar:
        task = bar.add_task("Making the sample", total=None)
        _make(args, lambda done, total, text: bar.update(task, completed=done, total=total, description=text))
    print(f"The sample project is in {args.folder}.")
    return 0


def _make(args: argparse.Namespace, progress: Progress) -> None:
    from mer_core.project.sample import make_sample_project

    make_sample_project(
        args.folder, subjects=args.subjects, clips_per_subject=args.clips_per_subject, seed=args.seed, progress=progress
    )
