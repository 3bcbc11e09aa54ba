"""``evaluate``: how well a method does under a protocol, as a table and a JSON file."""

import argparse
import json
from pathlib import Path

from mer_core.cli.data import HELP as DATA
from mer_core.cli.data import read_data
from mer_core.cli.label_maps import chosen_label_map
from mer_core.cli.place import place
from mer_core.cli.plans import add_plan, plan_from
from mer_core.cli.settings import add_settings, choices_from, command_line, given_settings, settings_from
from mer_core.counted import counted
from mer_core.errors import MerError
from mer_core.models.registry import METHODS
from mer_core.report.rows import bootstrap_said, interval

HELP = "Judge a method under a protocol, over several seeds."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DATA, protocol, method, where to write, and every setting."""
    parser.add_argument("data", metavar="DATA", type=Path, help=DATA)
    parser.add_argument("--method", choices=list(METHODS), default="mr-uamf", help="method (default: mr-uamf)")
    parser.add_argument("--json", metavar="OUT", type=place, help="write the whole result here")
    parser.add_argument(
        "--published",
        action="store_true",
        help="train as the method's authors did (mostly far slower); settings given beside it still count",
    )
    parser.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="SETTING=A,B",
        help="let each fold choose this setting's value on inner folds of its own clips; may be given several times",
    )
    parser.add_argument(
        "--together",
        metavar="N",
        type=int,
        default=1,
        help="with --choose: the N combinations that do best on the inner folds answer together (default: 1)",
    )
    parser.add_argument("--save-split", metavar="FILE", type=place, help="write the folds here, for --split")
    parser.add_argument(
        "--test-peek",
        action="store_true",
        help="also show, in red, what keeping the best epoch on the test clips would have claimed",
    )
    add_plan(parser)
    add_settings(parser, METHODS.values())


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, show the figures, write the result."""
    from rich.console import Console

    from mer_core.cli.tables import class_table, figures_table, print_table, progress_bar

    chosen = METHODS[arguments.method]
    settings = settings_from(arguments, chosen, published=arguments.published)
    choose = choices_from(arguments.choose, chosen, given_settings(arguments))
    labels = chosen_label_map(arguments, arguments.data)
    for file in (arguments.json, arguments.save_split):
        _check_place(file)

    from mer_core.evaluation.evaluate import evaluate

    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task(arguments.method, total=None)

        def progress(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total or None, description=text)

        result = evaluate(
            read_data(arguments.data, progress, labels, frames="frames" in chosen.reads),
            settings,
            method=arguments.method,
            plan=plan_from(arguments, labels),
            save_split=arguments.save_split,
            test_peek=arguments.test_peek,
            choose=choose,
            together=arguments.together,
            command=command_line(),
            progress=progress,
        )
    console = Console(highlight=False)
    warning = " – LEAKS SUBJECTS: flattering, not for comparison" if result["leaks_subjects"] else ""
    seeds = len(result["seeds"])
    title = f"{result['method']}, {result['protocol']}, {counted(result['folds'], 'fold')}, {counted(seeds, 'seed')}"
    rows = {"all": (result["pooled"], seeds)} | {name: (one, seeds) for name, one in result["per_dataset"].items()}
    print_table(console, figures_table(title + warning, rows))
    print_table(console, class_table(result["classes"], result["pooled"], seeds))
    ends = result["interval"]["uf1"]
    if ends["low"] is not None:
        console.print(
            f"UF1 lies in {interval(ends)} (95 %, {bootstrap_said(result['interval']['subjects'])})", markup=False
        )
    for each in result.get("chosen", ()):
        values = ", ".join(f"{name} {value}" for name, value in each["settings"].items())
        console.print(
            f"{values}: chosen by {counted(each['folds'], 'fold')}; UF1 on all inner folds {each['inner_uf1']:.3f}",
            markup=False,
        )
    for note in result["notes"]:
        console.print(note, style="yellow", markup=False)
    if "test_peek" in result:
        peeked = result["test_peek"]
        claim = f"{peeked['per_fold']['uf1']['mean']:.3f}"
        console.print(f"UF1 {claim} if each fold kept its best epoch. {peeked['warning']}", style="red", markup=False)
    console.print(f"{result['tested']} of {result['clips']} clips tested, {result['seconds']:.0f} s")
    if arguments.json is not None:
        text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        try:
            arguments.json.write_text(text, encoding="utf-8")
        except OSError as error:
            raise MerError(f"{arguments.json} cannot be written ({error.strerror}): choose another place.") from error
    return 0


def _check_place(file: Path | None) -> None:
    """Raise MerError before anything is trained for what could not be written afterwards."""
    if file is None:
        return
    if file.is_dir():
        raise MerError(f"{file} is a folder: name a file in it.")
    if not file.absolute().parent.is_dir():
        raise MerError(f"{file} cannot be written: make its folder first.")
