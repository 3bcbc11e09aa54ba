"""Separated text: its encoding, its separator and its rows."""

import csv
import io
import re
from pathlib import Path

from mer_core.datasets.tables.table import MAX_CELL, Bounds, Deadline, Table, TableError

_MAX_BYTES = 32 << 20
_SEPARATORS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*\Z")


def read_delimited(path: Path) -> list[Table]:
    """The one table of a .csv, .tsv or .txt file. Raises TableError, or OSError from the disk.

    The encoding is that of the byte order mark; else UTF-8; else GB 18030 where all beyond ASCII comes in its pairs of
    bytes, as Chinese text does; else Windows-1252. A note says which, unless it is UTF-8.
    """
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise TableError(f"{path} has {size >> 20} MB, far more than a coding: choose the file with the coding alone.")
    text, encoding = _decode(path.read_bytes(), path)
    bounds = Bounds(path.name, Deadline(path.name))
    if encoding != "UTF-8":
        bounds.notes.append(f"{path.name} is not UTF-8: it was read as {encoding}.")
    csv.field_size_limit(MAX_CELL * 4)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), skipinitialspace=True):
            if not bounds.take(tuple(row)):
                break
    except csv.Error as error:
        raise TableError(
            f"{path} is no table of separated values ({error} in line {len(bounds.rows) + 1}): save it anew as CSV."
        ) from error
    return [bounds.table(path.stem)]


def _decode(data: bytes, path: Path) -> tuple[str, str]:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), "UTF-8" if codec == "utf-8-sig" else "UTF-16"
            except UnicodeDecodeError as error:
                raise TableError(f"{path} is damaged (its text breaks off): save it anew as CSV in UTF-8.") from error
    if b"\0" in data:
        text = _utf16_without_mark(data)
        if text is None:
            raise TableError(f"{path} is no text but binary data: choose the coding as .csv, or as .xlsx.")
        return text, "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        if _PAIRS.match(data):
            try:
                return data.decode("gb18030"), "GB 18030"
            except UnicodeDecodeError:
                pass
        return data.decode("cp1252", errors="replace"), "Windows-1252"


def _utf16_without_mark(data: bytes) -> str | None:
    """Text mostly of ASCII, of which every other byte is zero; None where it is no such text."""
    half = len(data) // 2
    for codec, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        if half and zeros.count(0) > 0.8 * half:
            try:
                text = data[: 2 * half].decode(codec)
            except UnicodeDecodeError:
                continue
            return text if "\0" not in text else None
    return None


def _separator(text: str) -> str:
    """Of the usual separators the one that stands in most of the first lines, and most often there."""
    lines = [line for line in text[:50_000].splitlines()[:50] if line.strip()]
    return max(
        _SEPARATORS, key=lambda one: (sum(one in line for line in lines), sum(line.count(one) for line in lines))
    )
