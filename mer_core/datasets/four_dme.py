"""4DME (Li et al. 2023), the grey micro-expression videos at 60 fps: 267 clips. A clip may have several labels."""

import re
from dataclasses import replace

from mer_core.datasets.dataset import Coded, DataSet, Key, Row
from mer_core.datasets.dataset import read_row as read_usual
from mer_core.datasets.folders import FrameFolder

_FLAGS = ("positive", "negative", "surprise", "repression", "others")


def _key_of_folder(folder: FrameFolder) -> Key | None:
    if len(folder.parts) < 2 or not re.match(r"s[0-9]+", folder.parts[-2], re.IGNORECASE):
        return None
    return folder.parts[-2].casefold(), folder.parts[-1].casefold()


def _person(key: Key, _folder: FrameFolder) -> str:
    """``S13_1st`` and ``S13_2nd`` are two recordings of one person."""
    match = re.match(r"s([0-9]+)", key[0])
    return f"S{int(match[1]):02}" if match else key[0]


def _read_row(row: Row) -> list[Coded]:
    (coded,) = read_usual(row)
    flagged = [name for name in _FLAGS if row.text(f"flag_{name}") in ("1", "TRUE")]
    if not coded.emotion:
        coded = replace(coded, emotion=" & ".join(flagged))
    if len(flagged) > 1 or "&" in coded.emotion or "," in coded.emotion:
        coded = coded.with_remarks(f"it has several labels: {coded.emotion}")
    return [coded]


FOUR_DME = DataSet(
    name="4dme",
    title="4DME",
    fps=60,
    coding=("4dme*micro*.xlsx", "4dme*.xlsx", "4dme*.csv"),
    subject=_person,
    own_headings={f"flag_{name}": (name,) for name in _FLAGS},
    key_of_folder=_key_of_folder,
    key_of_row=lambda row, _tables: (row.text("subject").casefold(), row.text("clip").casefold()),
    read_row=_read_row,
    published_total=267,
)
