"""``sample``: generated clips, and a project over them, to try everything on."""

import argparse
from pathlib import Path

HELP = "Make generated sample clips, with known truth, and a project over them."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder for the project and its clips")
    parser.add_argument("--subjects", type=int, default=8, help="made-up people (default: %(default)s)")
    parser.add_argument("--clips-per-subject", type=int, default=6, help="expressions of each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same clips (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    from rich.progress import Progress as Bar

    from mer_core.project.sample import make_sample_project

    with Bar() as bar:
        task = bar.add_task("Making the sample", total=None)

        def show(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total, description=text)

        make_sample_project(
            args.folder,
            subjects=args.subjects,
            clips_per_subject=args.clips_per_subject,
            seed=args.seed,
            progress=show,
        )
    print(f"The sample project is in {args.folder}.")
    return 0
