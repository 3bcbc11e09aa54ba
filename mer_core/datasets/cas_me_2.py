"""CAS(ME)² (Qu et al. 2018): macro- and micro-expressions in long videos at 30 fps, several a video.

The coding names subjects and videos by its own numbers and words; two further sheets say which folders those are.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from mer_core.datasets.cells import text_of
from mer_core.datasets.dataset import Coded, DataSet, Key, NotUsed, Row, subject_number
from mer_core.datasets.dataset import read_row as read_usual
from mer_core.datasets.folders import FrameFolder
from mer_core.datasets.tables import Table

_VIDEO = re.compile(r"([0-9]+)_([0-9]{4})", re.ASCII)


def _key_of_folder(folder: FrameFolder) -> Key | None:
    """``15_0101disgustingteeth``: subject 15, video 0101."""
    match = _VIDEO.match(folder.parts[-1])
    return (str(int(match[1])), match[2]) if match else None


def _key_of_row(row: Row, tables: Sequence[Table]) -> Key:
    people = {subject_number(text_of(index)): subject_number(text_of(name))
              for name, _, index in _naming(tables, "naming rule1", 3)}  # fmt: skip
    videos = {text_of(name).casefold(): text_of(code).zfill(4) for code, name in _naming(tables, "naming rule2", 2)}
    subject = subject_number(row.text("subject"))
    name = re.sub(r"_[0-9]+$", "", row.text("clip")).casefold()  # disgust1_2: its second expression
    if name not in videos and not _VIDEO.match(row.text("clip")):
        raise NotUsed(f"the sheet naming rule2 has no video “{name}”" if videos else "there is no sheet naming rule2")
    return people.get(subject, subject), videos.get(name, name)


def _naming(tables: Sequence[Table], name: str, columns: int) -> list[tuple]:
    """The rows of a naming sheet that are filled."""
    rows = next((table.rows for table in tables if table.name.casefold().replace("_", " ") == name), ())
    return [
        row[:columns] for row in rows if len(row) >= columns and all(cell not in (None, "") for cell in row[:columns])
    ]


def _read_row(row: Row) -> list[Coded]:
    (coded,) = read_usual(row)
    macro = "macro" in row.text("type").casefold()
    report = row.text("self_report")
    notes = (f"Self-report: {report}" if report else "", "Macro-expression" if macro else "")
    return [replace(coded, notes="\n".join(filter(None, notes)), macro=macro)]


CAS_ME_2 = DataSet(
    name="cas-me-2",
    title="CAS(ME)²",
    fps=30,
    coding=("cas(me)*2*code*.xlsx", "cas(me)*2*.xlsx", "cas*me*2code*.xlsx", "cas(me)*2*.csv"),
    subject=lambda key, _folder: f"s{int(key[0]):02}",
    sheets=("CASFEcode_final", "CASMEcode_final"),
    positions={
        "subject": 0, "clip": 1, "onset": 2, "apex": 3, "offset": 4, "action_units": 5, "emotion": 6, "type": 7,
        "self_report": 8,
    },
    own_headings={"type": ("type", "expressiontype"), "self_report": ("selfreport", "selfreportedemotion")},
    key_of_folder=_key_of_folder,
    key_of_row=_key_of_row,
    read_row=_read_row,
    published_total=57,
)  # fmt: skip
