"""``methods``: every method with what it reads, where it comes from, and its size and cost."""

import argparse
import json
from typing import Any

from mer_core.errors import ModelError
from mer_core.models.registry import METHODS

HELP = "List the methods: what each reads, where it comes from, its size and cost."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many classes, and whether for a program."""
    parser.add_argument("--classes", type=int, default=3, help="classes to tell apart (default: 3)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    if arguments.classes < 2:
        raise ModelError(f"--classes is {arguments.classes}, but there must be at least 2 to tell apart.")
    rows = [_row(name, arguments.classes) for name in METHODS]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Table

    from mer_core.cli.tables import print_table

    table = Table(title=f"Methods, for {arguments.classes} classes", caption="* heavy: compare on fewer folds")
    table.add_column("method", no_wrap=True)
    for column in ("what it is", "reads", "source"):
        table.add_column(column)
    for column in ("parameters", "multiply-adds"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        name = row["name"] + (" *" if row["heavy"] else "")
        counts = ("–" if row[key] is None else f"{row[key]:,}" for key in ("parameters", "multiply_adds"))
        table.add_row(name, row["title"], ", ".join(row["reads"]), row["source"], *counts)
    console = Console()
    if console.is_terminal:
        console.print(table)  # its sentences wrap
    else:
        print_table(console, table)
    return 0


def _row(name: str, classes: int) -> dict[str, Any]:
    method = METHODS[name]
    return {
        "name": name,
        "title": method.title,
        "reads": [*method.reads, *method.settings().also_reads],
        "source": method.source,
        "parameters": method.parameters(classes, method.settings()),
        "multiply_adds": method.flops(classes, method.settings()),
        "heavy": method.heavy,
    }
