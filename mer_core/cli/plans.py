"""The protocol as command-line options, the same for every command that judges."""

import argparse
from pathlib import Path

from mer_core.annotation.label_maps import LabelMap
from mer_core.cli.label_maps import add_label_map
from mer_core.evaluation.plan import Plan
from mer_core.evaluation.protocols import PROTOCOLS


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Protocol, folds, data sets, classes, a saved split."""
    group = parser.add_argument_group("how it is judged")
    named = "; ".join(f"{one.name}: {one.title}" for one in PROTOCOLS.values())
    group.add_argument("--protocol", choices=list(PROTOCOLS), help=f"{named} (default: loso)")
    group.add_argument("--folds", type=int, help="folds of the K-fold protocols (default: 5)")
    group.add_argument("--split-seed", type=int, help="random seed of the division (default: 0)")
    group.add_argument("--train", type=_names, default=(), metavar="A,B", help="cross: data sets to learn from")
    group.add_argument("--test", type=_names, default=(), metavar="C", help="cross: data sets to be tested on")
    group.add_argument("--datasets", type=_names, default=(), metavar="A,B", help="only these data sets")
    add_label_map(group)
    group.add_argument("--split", type=Path, metavar="FILE", help="a saved split, in place of a protocol")


def plan_from(arguments: argparse.Namespace, label_map: LabelMap | None = None) -> Plan:
    """What was asked for, with the classes of a label map."""
    return Plan(
        protocol=arguments.protocol,
        folds=arguments.folds,
        split_seed=arguments.split_seed,
        label_map=label_map,
        datasets=arguments.datasets,
        train=arguments.train,
        test=arguments.test,
        saved=arguments.split,
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("no name is given: name at least one, or leave the option out")
    return names
