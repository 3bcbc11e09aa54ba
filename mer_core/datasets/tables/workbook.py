"""Excel workbooks (ECMA-376), read row by row within bounds.

By expat alone: openpyxl reads a whole sheet to learn its size where none is given (a minute for 10⁶ empty rows), and
python-calamine lays a sheet out whole, so that two cells far apart end the process. Neither can be interrupted.
"""

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

from mer_core.datasets.tables.dates import date_of, is_date_format
from mer_core.datasets.tables.table import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Bounds, Cell, Deadline, Table, TableError

_MAX_SHEETS = 64
_MAX_STREAMED = 1 << 30  # bytes of a sheet unpacked: it is read piece by piece, until it takes too long
_MAX_WHOLE = 32 << 20  # bytes of any other part unpacked
_MAX_PARTS = 10_000
_PIECE = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, RuntimeError)
"""What the unpacking and the parsing of a damaged file raise (RuntimeError: a password)."""


def read_workbook(path: Path) -> list[Table]:
    """The sheets of a workbook. A formula stands for the value that was stored with it; where there is none, it is
    given as its text (``=B2+1``). Of merged cells the first has the value. Raises TableError, or OSError by the disk.
    """
    with path.open("rb") as stream:
        if stream.read(4) == b"\xd0\xcf\x11\xe0":
            raise TableError(
                f"{path} is an old or an encrypted Excel file: open it in a spreadsheet program and save it as .xlsx "
                "without a password."
            )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, path)
            return _sheets(_Book(archive, Deadline(path.name)), path)
    except (*_DAMAGE, _Damaged) as error:
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise TableError(
            f"{path} is damaged or no Excel workbook ({reason}): copy it again, or open it in a spreadsheet program "
            "and save it anew."
        ) from error


class _Damaged(Exception):  # noqa: N818 - a reason, on its way to the sentence
    """A part is missing or says what cannot be."""


def _check_size(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse what unpacks to more than a coding can be. A part never unpacks to more than it declares."""
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or any(
        part.file_size > (_MAX_STREAMED if "worksheets/" in part.filename else _MAX_WHOLE)
        for part in parts
        if part.filename.lower().endswith((".xml", ".rels"))
    ):
        raise TableError(
            f"{path} unpacks to far more than a coding holds: open it in a spreadsheet program, keep the coding alone "
            "and save it anew."
        )


class _Handler(Protocol):
    """Takes a part's elements by their local names; ``over`` ends the reading early."""

    over: bool

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...


@dataclass
class _Book:
    archive: zipfile.ZipFile
    deadline: Deadline

    def parse(self, name: str, handler: Any) -> None:
        """Feed a part to a handler. Raises _Damaged where the workbook has no such part."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: handler.start(_local(tag), _locals(attributes))
        parser.EndElementHandler = lambda tag: handler.end(_local(tag))
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = _refuse_doctype  # no spreadsheet program writes one, but bombs do
        try:
            part = self.archive.open(name)
        except KeyError as error:
            raise _Damaged(f"it has no {name}") from error
        with part:
            while (piece := part.read(_PIECE)) and not handler.over:
                self.deadline.check()
                parser.Parse(piece, False)
            if not handler.over:
                parser.Parse(b"", True)

    def parse_if_there(self, name: str, handler: _Handler) -> None:
        """Feed an optional part to a handler."""
        if name in self.archive.namelist():
            self.parse(name, handler)


def _refuse_doctype(*_: object) -> None:
    raise _Damaged("it defines a document type")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _locals(attributes: dict[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in attributes.items()}


class _Elements:
    """Keeps the attributes of all elements of some names, in order."""

    def __init__(self, *wanted: str) -> None:
        self.over = False
        self._wanted = wanted
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self._wanted:
            self.found.append((tag, attributes))

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...


def _sheets(book: _Book, path: Path) -> list[Table]:
    workbook, links = _Elements("sheet", "workbookPr"), _Elements("Relationship")
    book.parse("xl/workbook.xml", workbook)
    book.parse("xl/_rels/workbook.xml.rels", links)
    parts = {link.get("Id", ""): _part(link.get("Target", "")) for _, link in links.found}
    since_1904 = any(each.get("date1904") in ("1", "true") for tag, each in workbook.found if tag == "workbookPr")
    strings, styles = _Strings(), _Styles()
    book.parse_if_there("xl/sharedStrings.xml", strings)
    book.parse_if_there("xl/styles.xml", styles)
    tables = []
    for tag, sheet in workbook.found[: _MAX_SHEETS + 1]:
        part, name = parts.get(sheet.get("id", ""), ""), sheet.get("name", "")
        if tag == "sheet" and "worksheets/" in part:  # else a chart
            bounds = Bounds(f"The sheet {name} of {path.name}", book.deadline)
            book.parse(part, _Rows(bounds, strings.values, styles.dates, since_1904))
            tables.append(bounds.table(name))
    return tables


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


class _Strings:
    """The strings that cells refer to by number; of formatted text its runs, without phonetic hints."""

    def __init__(self) -> None:
        self.over = False
        self.values: list[str] = []
        self._pieces: list[str] = []
        self._text = self._hint = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._hint = True
        elif tag == "t":
            self._text = not self._hint

    def end(self, tag: str) -> None:
        if tag == "si":
            self.values.append("".join(self._pieces)[:MAX_CELL])
        elif tag == "rPh":
            self._hint = False
        elif tag == "t":
            self._text = False

    def text(self, data: str) -> None:
        if self._text:
            self._pieces.append(data)


class _Styles:
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        self.over = False
        self.dates: list[bool] = []
        self._own: dict[str, bool] = {}
        self._cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self._own[attributes.get("numFmtId", "")] = is_date_format(attributes.get("formatCode", ""))
        elif tag == "cellXfs":
            self._cells = True
        elif tag == "xf" and self._cells:
            number = attributes.get("numFmtId", "0")
            self.dates.append(self._own.get(number, number in _DATE_FORMATS))

    def end(self, tag: str) -> None:
        self._cells = self._cells and tag != "cellXfs"

    def text(self, data: str) -> None: ...


_DATE_FORMATS = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
"""Built-in number formats that are dates or times (ECMA-376 18.8.30)."""


@dataclass
class _Rows:
    """Rows and cells of a sheet, each put where it says it belongs, or else next to the one before it."""

    bounds: Bounds
    strings: list[str]
    dates: list[bool]
    since_1904: bool
    over: bool = False
    _row: list[Cell] = field(default_factory=list)
    _column: int = 0
    _kind: str = "n"
    _date: bool = False
    _into: list[str] | None = None
    _value: list[str] = field(default_factory=list)
    _formula: list[str] = field(default_factory=list)
    _hint: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.over:
            return
        if tag == "row":
            self._fill_up_to(_number(attributes.get("r", "")))
            self._row, self._column = [], 0
        elif tag == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
            self._kind = attributes.get("t", "n")
            style = _number(attributes.get("s", "0")) or 0
            self._date = style < len(self.dates) and self.dates[style]
            self._value, self._formula = [], []
        elif tag == "rPh":
            self._hint = True
        elif tag in ("v", "t"):
            self._into = None if self._hint else self._value
        elif tag == "f":
            self._into = self._formula

    def end(self, tag: str) -> None:
        if self.over:
            return
        if tag in ("v", "t", "f"):
            self._into = None
        elif tag == "rPh":
            self._hint = False
        elif tag == "c":
            self._put(self._cell())
        elif tag == "row":
            self._take(tuple(self._row))
        elif tag == "sheetData":
            self.over = True

    def text(self, data: str) -> None:
        if self._into is not None and len(self._into) < MAX_CELL:
            self._into.append(data)

    def _fill_up_to(self, number: int | None) -> None:
        """Rows that are left out are empty."""
        if number is not None and number > MAX_ROWS + len(self.bounds.rows):
            number = MAX_ROWS + len(self.bounds.rows)  # more than enough to end the sheet
        while number is not None and len(self.bounds.rows) < number - 1 and not self.over:
            self._take(())

    def _take(self, row: tuple[Cell, ...]) -> None:
        self.over = not self.bounds.take(row)

    def _put(self, cell: Cell) -> None:
        if cell is None or self._column > MAX_COLUMNS:
            return
        self._row.extend([None] * (self._column - len(self._row)))
        self._row[self._column - 1] = cell

    def _cell(self) -> Cell:
        text = "".join(self._value)
        if not text:
            formula = "".join(self._formula)
            return f"={formula}"[:MAX_CELL] if formula else None
        if self._kind == "s":
            index = _number(text)
            if index is None or index >= len(self.strings):
                raise _Damaged(f"a cell refers to string {text[:20]}, of {len(self.strings)}")
            return self.strings[index]
        if self._kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._kind != "n":
            return text[:MAX_CELL]
        try:
            value = float(text)
        except ValueError:
            return text[:MAX_CELL]
        if self._date:
            return date_of(value, self.since_1904) or text
        return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _number(text: str) -> int | None:
    """A row's, string's or style's number; None where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _column(reference: str) -> int:
    """The column of a cell reference, from 1 (``C7`` is 3); 0 where it has none."""
    column = 0
    for letter in reference[:4].upper():
        if not "A" <= letter <= "Z":
            break
        column = 26 * column + ord(letter) - ord("A") + 1
    return column
