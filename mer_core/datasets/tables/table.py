"""What a sheet is once it is read, and how much of one is read at all."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from mer_core.errors import MerError

Cell = str | int | float | datetime | None

MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELLS = 2_000_000
MAX_TEXT = 64 << 20  # characters of a sheet
MAX_CELL = 32_767
"""Characters of one cell, as in Excel."""
EMPTY_ROWS = 1_000
"""After so many empty rows on end a sheet is over: formatting alone can fill a million."""
SECONDS = 3.0


class TableError(MerError):
    """A coding file that cannot be read."""


@dataclass(frozen=True)
class Table:
    """One sheet. ``rows[0]`` is row 1 of the spreadsheet; ``notes`` are sentences on how it was read."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass
class Deadline:
    """When the reading of a file has taken too long."""

    name: str
    end: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def check(self) -> None:
        """Raise TableError past it."""
        if time.monotonic() > self.end:
            raise TableError(
                f"{self.name} takes more than {SECONDS:g} s to read, which no coding does: open it in a spreadsheet "
                "program, remove what is not the coding and save it anew."
            )


@dataclass
class Bounds:
    """Takes rows one by one and says when it has been enough; TableError where it has been too much."""

    where: str
    deadline: Deadline
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _empty: int = 0
    _cells: int = 0
    _text: int = 0

    def take(self, cells: tuple[Cell, ...]) -> bool:
        """Keep a row; False once the sheet is over."""
        if len(self.rows) % 256 == 0:
            self.deadline.check()
        blank = all(cell is None or cell == "" for cell in cells)
        self._empty = self._empty + 1 if blank else 0
        if self._empty > EMPTY_ROWS:
            del self.rows[len(self.rows) - EMPTY_ROWS :]
            self.notes.append(
                f"{self.where} goes on with more than {EMPTY_ROWS} empty rows after row {len(self.rows)}: "
                "reading ended there."
            )
            return False
        self._cells += len(cells)
        self._text += sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(self.rows) >= MAX_ROWS or self._cells > MAX_CELLS or self._text > MAX_TEXT:
            raise TableError(
                f"{self.where} holds far more than a coding ({len(self.rows)} rows and on): "
                "choose the file with the coding alone."
            )
        self.rows.append(tuple(_cut(cell) for cell in cells[:MAX_COLUMNS]))
        return True

    def table(self, name: str) -> Table:
        """What was taken, without the empty rows at the end."""
        rows = self.rows
        while rows and all(cell is None or cell == "" for cell in rows[-1]):
            rows.pop()
        return Table(name, tuple(rows), tuple(self.notes))


def _cut(cell: Cell) -> Cell:
    return cell[:MAX_CELL] if isinstance(cell, str) else cell
