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

COLUMNS = {"uf1": "UF1", "uar": "UAR", "accuracy": "accuracy", "precision": "precision"}


def progress_bar(console: Console) -> Progress:
    """A bar that says what is done, how much is left and for how long."""
    text = TextColumn("{task.description}")
    return Progress(
        text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(), console=console
    )


def share_bar(console: Console) -> Progress:
    """A bar for work whose text says what is left of it: its units mean nothing to a reader."""
    text = TextColumn("{task.description}")
    return Progress(text, BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), console=console)


def figures_table(title: str, rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """Mean ± sd of the main figures, a row each."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right")
    for name, figures in rows.items():
        table.add_row(name, *(f"{figures[key]['mean']:.3f} ± {figures[key]['sd']:.3f}" for key in COLUMNS))
    return table


def class_table(classes: list[str], pooled: Mapping[str, Any]) -> Table:
    """Per class: clips, recall, precision, F1, and what its clips were taken for (summed over seeds)."""
    table = Table(title="Classes (rows: what the clips are)", title_justify="left")
    for heading in ("class", "clips", "recall", "precision", "F1", *(f"→ {name}" for name in classes)):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for index, name in enumerate(classes):
        counts = [str(count) for count in pooled["confusion"][index]]
        entry = pooled["per_class"].get(name)
        if entry is None:
            table.add_row(name, "0", "–", "–", "–", *counts)
        else:
            means = [f"{entry[key]['mean']:.3f}" for key in ("recall", "precision", "f1")]
            table.add_row(name, str(entry["clips"]), *means, *counts)
    return table
