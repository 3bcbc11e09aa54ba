"""The coding of a data set: its file, its sheet, its header, its rows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from mer_core.clips.folder import PICTURES
from mer_core.datasets.cells import text_of
from mer_core.datasets.columns import Header, find_header
from mer_core.datasets.dataset import DataSet, Row
from mer_core.datasets.tables import SUFFIXES, Cell, Table, TableError, read_tables
from mer_core.errors import MerError

_DEPTH = 3
_MOST_FOLDERS = 2_000
_MOST_PICTURES = 32  # then a folder holds frames, and no coding lies among them


@dataclass(frozen=True)
class Coding:
    """A coding file that was read. ``rows``: those that hold anything; ``remarks``: on how it was read."""

    file: Path
    sheet: str
    rows: tuple[Row, ...]
    tables: tuple[Table, ...]
    remarks: tuple[str, ...] = ()


def find_coding(dataset: DataSet, folder: Path, file: Path | None = None) -> Coding | None:
    """Read the coding file given, or else the one found at, below or beside the data set's folder.

    None where there is none and the set can do without. Raises MerError, one sentence.
    """
    if file is not None:
        return read_coding(dataset, file)
    if not dataset.coding:
        return None
    candidates = coding_candidates(dataset, folder)
    problems: list[str] = []
    for candidate in candidates:
        try:
            coding = read_coding(dataset, candidate)
        except TableError as error:
            problems.append(str(error))
            continue
        others = [each.name for each in candidates if each != candidate and is_named(dataset, each)]
        if others and is_named(dataset, candidate):
            text = f"There are several coding files; {candidate.name} was read, not {', '.join(others)}."
            return Coding(coding.file, coding.sheet, coding.rows, coding.tables, (*coding.remarks, text))
        return coding
    if dataset.optional_coding and not any(is_named(dataset, each) for each in candidates):
        return None
    if problems:
        raise MerError(problems[0])
    raise MerError(
        f"No coding file of {dataset.title} was found in {folder} (such as {dataset.coding[0]}): "
        "name it, or choose the folder that holds it."
    )


def coding_candidates(dataset: DataSet, folder: Path) -> list[Path]:
    """Tables in and near a folder: those named as this set's coding first, the last version of each first."""
    nearby = list(_tables(folder, _DEPTH))
    named = [file for file in nearby if is_named(dataset, file)]
    if not named:
        named = [file for file in _tables(folder.parent, 0) if is_named(dataset, file)]
    others = [file for file in nearby if file not in named and len(file.relative_to(folder).parts) <= 2]
    rank = {pattern: position for position, pattern in enumerate(dataset.coding)}
    named.sort(key=lambda file: file.name.lower(), reverse=True)
    named.sort(key=lambda file: min(rank[one] for one in dataset.coding if fnmatch(file.name.lower(), one)))
    return named + sorted(others)[:20]


def read_coding(dataset: DataSet, file: Path) -> Coding:
    """The rows of a coding file. Raises TableError where it has no sheet with this set's columns."""
    tables = read_tables(file)
    table, header = _choose(dataset, tables, file)
    rows, remarks = [], list(table.notes)
    subject_above: Cell = None
    for index, cells in enumerate(table.rows[header.row + 1 :], header.row + 2):
        if all(cell is None or cell == "" for cell in cells):
            continue
        named = {name: cells[column] for name, column in header.columns.items() if column < len(cells)}
        if "subject" in header.columns and named.get("clip") is not None:
            if named.get("subject") in (None, ""):
                named["subject"] = subject_above  # a merged cell holds its value once
            subject_above = named["subject"]
        if not any(cell is not None and cell != "" for cell in named.values()):
            named = {"clip": next(cell for cell in cells if cell is not None and cell != "")}  # text beside the table
        rows.append(Row(index, named))
    return Coding(file, table.name, tuple(rows), tuple(tables), tuple(remarks))


def _choose(dataset: DataSet, tables: list[Table], file: Path) -> tuple[Table, Header]:
    """The sheet the coding is on: by name, else the one with most rows below a header."""
    if dataset.positions is not None:
        return _without_header(dataset, tables)
    found = [
        (table, header)
        for table in tables
        if (header := find_header(table.rows, dataset.required, dataset.headings)) is not None
    ]
    for wanted in dataset.sheets:
        for table, header in found:
            if table.name.casefold() == wanted.casefold():
                return table, header
    if not found:
        needed = ", ".join(dataset.required)
        sheets = ", ".join(table.name for table in tables)
        raise TableError(
            f"{file} has no columns for {needed} (looked at: {sheets}): choose the coding of {dataset.title}."
        )
    return max(found, key=lambda pair: len(pair[0].rows))


def _without_header(dataset: DataSet, tables: list[Table]) -> tuple[Table, Header]:
    positions = dataset.positions or {}
    wanted = {name.casefold() for name in dataset.sheets}
    table = next((each for each in tables if each.name.casefold() in wanted), tables[0])
    header = find_header(table.rows[:3], dataset.required, dataset.headings)  # some copies were given one
    return table, header or Header(-1, positions)


def is_named(dataset: DataSet, file: Path) -> bool:
    """Whether a file is named like this set's coding."""
    return any(fnmatch(file.name.lower(), pattern) for pattern in dataset.coding)


def _tables(root: Path, depth: int) -> Iterator[Path]:
    """Tables at and below a folder, nearer ones first; folders full of pictures are left quickly."""
    waiting, looked = [(root, 0)], 0
    while waiting and looked < _MOST_FOLDERS:
        folder, level = waiting.pop(0)
        looked += 1
        pictures = 0
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - a Path for each is slow
                    if entry.name.startswith((".", "~$")):
                        continue
                    if suffix in PICTURES:
                        pictures += 1
                        if pictures > _MOST_PICTURES:
                            break
                    elif suffix in SUFFIXES - {".txt"} and entry.is_file():
                        yield Path(entry.path)
                    elif level < depth and entry.is_dir():
                        waiting.append((Path(entry.path), level + 1))
        except OSError:  # said by the search for frames, which looks everywhere
            continue


def headings_of(file: Path) -> list[str]:
    """The headings of a table of which nothing else is known: of the row with most texts among its first ones.

    Raises TableError where the file cannot be read.
    """
    rows = [row for table in read_tables(file)[:1] for row in table.rows[:60]]
    texts = [[text_of(cell) for cell in row] for row in rows]
    best = max(texts, key=lambda row: sum(any(sign.isalpha() for sign in text) for text in row), default=[])
    return list(dict.fromkeys(text for text in best if text))
