"""What a cell of a coding file says: a text, or a frame's number."""

import re
from datetime import datetime
from typing import NamedTuple

from mer_core.clips.folder import PICTURES
from mer_core.datasets.tables import Cell

_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "nan", "none", "null", "nil"})
_HIGHEST = 10**10  # a camera that counts for a year at 200 fps stays below


class FrameCell(NamedTuple):
    """A frame number, or None; and a sentence where the cell holds something else than a number or nothing."""

    number: int | None
    problem: str = ""


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, nothing as an empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return " ".join(str(cell).split())


def frame_number(cell: Cell) -> FrameCell:
    """The frame a cell means: ``46``, ``46.0``, ``"046"``, or a frame's file name, ``reg_img46.jpg``."""
    if isinstance(cell, datetime):
        return FrameCell(None, f"the spreadsheet has turned it into a date ({text_of(cell)})")
    if isinstance(cell, int | float):
        return _whole(float(cell), text_of(cell))
    text = text_of(cell)
    if text.casefold() in _NOTHING:
        return FrameCell(None)
    if text.startswith("="):
        return FrameCell(None, f"“{_short(text)}” is a formula without a stored value: save the file in a spreadsheet")
    stem, point, suffix = text.rpartition(".")
    if point and f".{suffix.lower()}" in PICTURES and (digits := re.findall(r"[0-9]{1,12}", stem)):
        return _whole(float(digits[-1]), text)
    if re.fullmatch(r"[0-9]{1,12}(?:[.,]0*)?", text):
        return _whole(float(re.split("[.,]", text)[0]), text)
    return FrameCell(None, f"“{_short(text)}” is no frame number")


def _whole(value: float, text: str) -> FrameCell:
    if value != value or not 0 <= value <= _HIGHEST or not value.is_integer():
        return FrameCell(None, f"“{_short(text)}” is no frame number")
    return FrameCell(int(value))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
