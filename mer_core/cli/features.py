"""``features``: a project's labelled clips → measured into its cache, and into a feature file for others."""

import argparse
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from mer_core.annotation.label_maps import MEGC
from mer_core.cli.json_lines import Wishes, print_line
from mer_core.cli.label_maps import add_label_map, chosen_label_map
from mer_core.errors import Cancelled, MerError
from mer_core.flow.settings import METHODS, FlowSettings
from mer_core.left_out import NO_FACE, no_class_notes
from mer_core.progress import Progress

HELP = "Measure a project's labelled clips, and write a feature file."
_SAID = {
    "method": "how optical flow is measured",
    "smoothing": "sigma in crop pixels of the Gaussian laid over the flow, 0 for none",
    "size": "side of the square crop the flow is measured on, in pixels",
    "remove_head_motion": "take the head's own motion out",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The project, the file, what is in it, how it is measured."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="a project's folder")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        nargs="?",
        help="the feature file to write (.h5, .npz); without it the clips are measured into the project's cache only",
    )
    parser.add_argument(
        "--frames", action="store_true", help="with ten aligned frames a clip, for lbp-top, 3dhog and hoof of pairs"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="processes beside each other (default: %(default)s, as there are cores)",
    )
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'cancel' on standard input, or its end, cancels",
    )
    add_label_map(parser)
    group = parser.add_argument_group("flow settings")
    for item in fields(FlowSettings):
        flag = "--flow" if item.name == "method" else f"--{item.name.replace('_', '-')}"
        said = f"{_SAID.get(item.name, item.name.replace('_', ' '))} (default: {item.default})"
        if isinstance(item.default, bool):
            group.add_argument(
                flag, dest=item.name, action=argparse.BooleanOptionalAction, default=item.default, help=said
            )
        else:
            choices = METHODS if item.name == "method" else None
            kind = type(item.default)
            group.add_argument(flag, dest=item.name, type=kind, choices=choices, default=item.default, help=said)


def run(arguments: argparse.Namespace) -> int:
    """Measure, or take from the project's cache, and write."""
    settings = FlowSettings(**{item.name: getattr(arguments, item.name) for item in fields(FlowSettings)})
    if arguments.jobs < 1:
        raise MerError(f"--jobs is {arguments.jobs}, but must be at least 1.")
    wishes = Wishes()
    if arguments.json_lines:
        wishes.listen()
        print_line({"event": "finished", **_measure(arguments, settings, wishes.progress())})
        return 0
    from rich.console import Console

    from mer_core.cli.tables import share_bar

    try:
        with share_bar(Console(stderr=True)) as bar:
            task = bar.add_task("Opening", total=None)
            done = _measure(
                arguments,
                settings,
                lambda done, total, text: bar.update(task, completed=done, total=total, description=text),
            )
    except (KeyboardInterrupt, Cancelled):
        print("Cancelled; what was measured is kept: the same command goes on from there.")
        return 130
    for clip, why in done["left_out"].items():
        print(f"{clip} is left out. {why}")
    for note in done["notes"]:
        print(note)
    size = f"{done['bytes'] / 1e6:.2f} MB"
    if arguments.file is not None:
        size += f", {done['bytes'] / done['clips']:.0f} bytes a clip"
    print(f"{done['clips']} clips of {done['subjects']} subjects are in {done['file']} ({size}).")
    return 0


def _measure(arguments: argparse.Namespace, settings: FlowSettings, progress: Progress) -> dict[str, Any]:
    from mer_core.features import write_features
    from mer_core.project.feature_cache import FILE_NAME
    from mer_core.project.features import check_place, project_features

    if arguments.file is not None:
        check_place(arguments.project, arguments.file)
    features = project_features(
        arguments.project,
        progress,
        settings,
        frames=arguments.frames,
        jobs=arguments.jobs,
        label_map=chosen_label_map(arguments, arguments.project) or MEGC,
    )
    file = arguments.project / FILE_NAME
    if arguments.file is not None:
        file = arguments.file
        write_features(file, features)
    return {
        "file": str(file),
        "clips": len(features),
        "subjects": len(set(features.group)),
        "left_out": features.attributes.get(NO_FACE, {}),
        "notes": no_class_notes(features.attributes),
        "bytes": file.stat().st_size,
    }
