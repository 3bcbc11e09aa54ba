"""Which classes a command takes emotions as: the same options for every command that learns or judges."""

import argparse
from pathlib import Path
from typing import Any

from mer_core.annotation.label_maps import MEGC, OWN, LabelMap, label_map
from mer_core.errors import MerError


def add_label_map(group: Any) -> None:
    """``--label-map`` and its short cuts."""
    group.add_argument(
        "--label-map",
        metavar="NAME",
        help="classes by a label map: own (each emotion word a class), megc2019, casme2-five, samm-five, one in the "
        "project's folder label_maps, or a .json file (default: megc2019 for a project; a feature file's own)",
    )
    group.add_argument("--classes", choices=("own", "three"), help="short for --label-map own, or --label-map megc2019")


def chosen_label_map(arguments: argparse.Namespace, data: Path) -> LabelMap | None:
    """The label map asked for; else MEGC 2019 for a project, None (as it is) for a feature file."""
    project = data if data.is_dir() else None
    if arguments.label_map and arguments.classes:
        raise MerError("--classes and --label-map both say which classes: give one of them.")
    if arguments.label_map:
        return label_map(arguments.label_map, project)
    if arguments.classes:
        return OWN if arguments.classes == "own" else MEGC
    return MEGC if project else None
