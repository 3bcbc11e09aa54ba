"""``features``: a project's labelled clips → a feature file, for ``evaluate`` or for another machine."""

import argparse
from pathlib import Path

from mer_core.errors import MerError

HELP = "Measure a project's labelled clips and write a feature file."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The project, the file, and what is in it."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="a project's folder")
    parser.add_argument("file", metavar="FILE", type=Path, help="the feature file to write (.h5, .npz)")
    parser.add_argument(
        "--frames", action="store_true", help="with ten aligned frames a clip, for lbp-top, 3dhog and hoof of pairs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, or take from the project's cache, and write."""
    from rich.console import Console

    from mer_core.cli.tables import progress_bar
    from mer_core.features import write_features
    from mer_core.project.features import project_features

    if not arguments.file.absolute().parent.is_dir():
        raise MerError(f"{arguments.file} cannot be written: make its folder first.")
    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Opening", total=None)
        features = project_features(
            arguments.project,
            lambda done, total, text: bar.update(task, completed=done, total=total, description=text),
            frames=arguments.frames,
        )
    write_features(arguments.file, features)
    for clip, why in features.attributes.get("left_out", {}).items():
        print(f"{clip} is left out. {why}")
    print(f"{len(features)} clips of {len(set(features.group))} subjects are in {arguments.file}.")
    return 0
