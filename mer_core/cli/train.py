"""``train``: features or a project → a run, with progress for a person or JSON lines for a window."""

import argparse
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from mer_core.cli.data import HELP as DATA
from mer_core.cli.data import read_data
from mer_core.cli.json_lines import Wishes, print_line
from mer_core.cli.label_maps import add_label_map, chosen_label_map
from mer_core.cli.place import place
from mer_core.cli.settings import add_settings, command_line, settings_from
from mer_core.errors import Cancelled, FeatureError
from mer_core.evaluation.subset import mapped
from mer_core.features import FeatureSet
from mer_core.models.method import check_readable
from mer_core.models.registry import METHODS

TRAINABLE = ("mr-uamf-plus", "mr-uamf")
"""The best on people never seen first: it is the default."""
HELP = "Train a model on a feature file or a project's labels, judged on held-out subjects."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE, where to, and every setting."""
    parser.add_argument("file", metavar="FILE", type=Path, help=DATA)
    parser.add_argument("--method", choices=TRAINABLE, default=TRAINABLE[0], help="method (default: %(default)s)")
    parser.add_argument("--out", metavar="DIR", type=place, help="the run's folder (default: in the project's runs)")
    parser.add_argument("--name", help="the model's name on its card (default: the folder's)")
    parser.add_argument(
        "--note", default="", help="what the card says beside the figures, such as how settings were found"
    )
    parser.add_argument("--no-clip-names", action="store_true", help="leave clips' names out of the run")
    parser.add_argument(
        "--json-lines",
        action="store_true",
        help="one JSON object a line on standard output; 'stop' (keep the model so far) or 'cancel' on standard "
        "input; the end of standard input cancels",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="processes beside each other that measure a project's clips (default: %(default)s, as there are cores)",
    )
    add_label_map(parser)
    add_settings(parser, [METHODS[name] for name in TRAINABLE])


def run(arguments: argparse.Namespace) -> int:
    """Train; the events are those of ``train_run``, preceded by ``progress`` while features are measured."""
    settings = settings_from(arguments, METHODS[arguments.method])
    out = _out(arguments)
    wishes = Wishes()
    if arguments.json_lines:
        wishes.listen()
        _train(arguments, settings, out, wishes, print_line)
    else:
        _train_for_person(arguments, settings, out, wishes)
    return 0


def _out(arguments: argparse.Namespace) -> Path:
    if arguments.out is not None:
        return Path(arguments.out)
    if not arguments.file.is_dir():
        raise FeatureError("Where should the run go? Give its folder with --out DIR.")
    stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    return Path(arguments.file) / "runs" / f"{stamp}_{arguments.method}"


def _train(
    arguments: argparse.Namespace, settings: Any, out: Path, wishes: Wishes, emit: Callable[[dict[str, Any]], None]
) -> None:
    features = _features(arguments, wishes, emit)
    check_readable(METHODS[arguments.method], features, settings)
    from mer_core.training.run import train_run

    train_run(
        features,
        settings,
        out,
        emit=emit,
        should_stop=wishes.should_stop,
        should_cancel=wishes.should_cancel,
        name=arguments.name,
        command=command_line(),
        note=arguments.note,
        list_clips=not arguments.no_clip_names,
    )


def _features(arguments: argparse.Namespace, wishes: Wishes, emit: Callable[[dict[str, Any]], None]) -> FeatureSet:
    def progress(done: int, total: int, text: str) -> None:
        if wishes.should_cancel():
            raise Cancelled
        emit({"event": "progress", "done": done, "total": total, "text": text})

    labels = chosen_label_map(arguments, arguments.file)
    features = read_data(arguments.file, progress, labels, jobs=arguments.jobs)
    return mapped(features, labels) if labels is not None else features


def _train_for_person(arguments: argparse.Namespace, settings: Any, out: Path, wishes: Wishes) -> None:
    from rich.console import Console

    from mer_core.cli.tables import figures_table, print_table, progress_bar
    from mer_core.left_out import left_out_notes

    console = Console(stderr=True)
    with progress_bar(console) as bar:
        task = bar.add_task("Reading", total=None)

        def emit(event: dict[str, Any]) -> None:
            kind = event["event"]
            if kind == "progress":
                bar.update(task, completed=event["done"], total=event["total"] or None, description=event["text"])
            elif kind == "started":
                text = f"{event['clips']} clips of {event['subjects']} subjects"
                bar.update(task, completed=0, total=event["epochs"], description=text)
            elif kind == "epoch":
                text = f"{event['stage']}: loss {event['loss']:.3f}, held-out UF1 {event['val_uf1']:.3f}"
                bar.update(task, completed=event["epoch"], description=text)
            else:
                bar.stop()
                card = event["card"]
                seeds = len(card["seeds"])
                rows = {"held-out subjects": (card["held_out"], seeds), "untrained": (card["untrained"], seeds)}
                print_table(console, figures_table(f"{card['name']} ({card['protocol']})", rows))
                for note in left_out_notes(card["features"]):
                    console.print(note, style="yellow", markup=False)
                console.print(f"Model: {event['run']}", soft_wrap=True, markup=False)

        _train(arguments, settings, out, wishes, emit)
