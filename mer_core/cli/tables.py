"""What a terminal shows of work and of figures."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from mer_core.report.rows import number, spread

COLUMNS = {"uf1": "UF1", "uar": "UAR", "accuracy": "accuracy", "precision": "precision"}
_WIDEST = 1000


def progress_bar(console: Console) -> Progress:
    """A bar that says what is done, how much is left and for how long; gone when the work is, or has failed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True)


def share_bar(console: Console) -> Progress:
    """A bar for work whose text says what is left of it: its units mean nothing to a reader."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def print_table(console: Console, table: Table) -> None:
    """A table as wide as its content, with nothing cut: in a file or a pipe there is no window to fit in."""
    needed = console.measure(table, options=console.options.update(width=_WIDEST)).maximum
    Console(file=console.file, width=max(console.width, needed)).print(table)


def figures_table(title: str, rows: Mapping[str, tuple[Mapping[str, Any], int]]) -> Table:
    """The main figures, a row each, of so many seeds: mean ± sd; the mean alone where there is one."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right")
    for name, (figures, seeds) in rows.items():
        table.add_row(name, *(spread(figures[key], seeds) for key in COLUMNS))
    return table


def class_table(classes: list[str], pooled: Mapping[str, Any], seeds: int) -> Table:
    """Per class: clips, recall, precision, F1, and what its clips were taken for (summed over seeds)."""
    summed = f"; answers of {seeds} seeds summed" if seeds > 1 else ""
    table = Table(title=f"Classes (rows: what the clips are; → what they were taken for{summed})", title_justify="left")
    for heading in ("class", "clips", "recall", "precision", "F1", *(f"→ {name}" for name in classes)):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for index, name in enumerate(classes):
        counts = [str(count) for count in pooled["confusion"][index]]
        entry = pooled["per_class"].get(name)
        if entry is None:
            table.add_row(name, "0", "–", "–", "–", *counts)
        else:
            means = [number(entry[key]["mean"]) for key in ("recall", "precision", "f1")]
            table.add_row(name, str(entry["clips"]), *means, *counts)
    return table
