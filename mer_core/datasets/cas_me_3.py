"""CAS(ME)³ part A (Li et al. 2023): 860 micro-expressions at 30 fps, several a video. Depth frames are left aside."""

import re
from collections.abc import Sequence
from dataclasses import replace

from mer_core.datasets.dataset import Coded, DataSet, Key, Row, subject_number
from mer_core.datasets.dataset import read_row as read_usual
from mer_core.datasets.folders import FrameFolder

_SUBJECT = re.compile(r"sp\s*no\.?\s*([0-9]+)", re.IGNORECASE)


def _key_of_folder(folder: FrameFolder) -> Key | None:
    """``spNO.1/a/color`` or ``spNO.1/a``."""
    parts = folder.parts[:-1] if folder.parts[-1].casefold() == "color" else folder.parts
    match = _SUBJECT.fullmatch(parts[-2]) if len(parts) > 1 else None
    return (str(int(match[1])), parts[-1].casefold()) if match and parts[-1].casefold() != "depth" else None


def _read_row(row: Row) -> list[Coded]:
    (coded,) = read_usual(row)
    group = row.text("objective")
    return [replace(coded, notes=f"Objective class {group}" if group else "")]


def _settle(coded: Coded, _folder: FrameFolder, _numbers: Sequence[int]) -> Coded:
    """A few rows have their three frames in another order."""
    written = (coded.onset, coded.apex, coded.offset)
    known = [frame for frame in written if frame is not None]
    if len(known) < 3 or known == sorted(known):
        return coded
    onset, apex, offset = sorted(known)
    text = f"onset, apex and offset are written {', '.join(map(str, known))}; they were put in order"
    return coded.with_remarks(text, onset=onset, apex=apex, offset=offset)


CAS_ME_3 = DataSet(
    name="cas-me-3",
    title="CAS(ME)³ A",
    fps=30,
    coding=("cas(me)3*part_a*me_label*.xlsx", "cas(me)*3*part*a*.xlsx", "cas*me*3*label*.xlsx", "cas(me)*3*.csv"),
    sheets=("label",),
    subject=lambda key, _folder: f"spNO.{key[0]}",
    own_headings={"objective": ("objectiveclass", "objectiveclasses")},
    key_of_folder=_key_of_folder,
    key_of_row=lambda row, _tables: (subject_number(row.text("subject")), row.text("clip").casefold()),
    read_row=_read_row,
    settle=_settle,
    published={
        "disgust": 250, "surprise": 187, "others": 161, "fear": 86, "anger": 64, "sadness": 57, "happiness": 55,
    },
    published_total=860,
)  # fmt: skip
