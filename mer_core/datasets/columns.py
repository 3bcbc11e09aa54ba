"""Finding the header of a coding, wherever it stands, and which column holds what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mer_core.datasets.cells import text_of
from mer_core.datasets.tables import Cell

FIELDS = ("subject", "clip", "onset", "apex", "offset", "emotion", "action_units", "notes")
"""What an import can take from a row."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "sub", "subid", "subjectid", "participant", "person"),
    "clip": ("filename", "clip", "file", "video", "videoname", "foldname", "foldername", "folder", "sequence", "path"),
    "onset": ("onset", "onsetframe", "onsetf", "start", "startframe"),
    "apex": ("apex", "apexframe", "apexf", "apexf1", "apexframe1", "peak"),
    "offset": ("offset", "offsetframe", "offsetf", "end", "endframe"),
    "emotion": ("emotion", "estimatedemotion", "label", "class", "expression", "emotionlabel"),
    "action_units": ("actionunits", "actionunit", "aus", "au", "facs", "facscodes"),
    "notes": ("notes", "note", "remarks", "remark", "comment", "comments"),
}
"""Headings in use, lower case letters and digits alone, the more usual first."""

_LOOKED_AT = 60  # rows


@dataclass(frozen=True)
class Header:
    """Where the header stands (0-based row; -1: there is none) and the 0-based column of each field found."""

    row: int
    columns: Mapping[str, int]


def plain(heading: str) -> str:
    """A heading without case, spaces and signs."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def find_header(
    rows: Sequence[Sequence[Cell]],
    required: Sequence[str],
    headings: Mapping[str, tuple[str, ...]] = HEADINGS,
) -> Header | None:
    """The row among the first in which most fields are found, all required ones among them; None if there is none."""
    best: Header | None = None
    for index, row in enumerate(rows[:_LOOKED_AT]):
        columns = match_columns([text_of(cell) for cell in row], headings)
        if all(name in columns for name in required) and (best is None or len(columns) > len(best.columns)):
            best = Header(index, columns)
    return best


def match_columns(texts: Sequence[str], headings: Mapping[str, tuple[str, ...]] = HEADINGS) -> dict[str, int]:
    """The column of each field among the texts of a row; of several headings in use, the more usual one's."""
    places: dict[str, int] = {}
    for column, text in enumerate(texts):
        places.setdefault(plain(text), column)
    return {
        name: places[found]
        for name, known in headings.items()
        if (found := next((heading for heading in known if heading in places), None)) is not None
    }
