"""SAMM (Davison et al. 2018): 159 micro-expressions at 200 fps. The clip's name begins with the subject's."""

from dataclasses import replace

from mer_core.datasets.dataset import Coded, DataSet, Key, Row, subject_number
from mer_core.datasets.dataset import read_row as read_usual
from mer_core.datasets.folders import FrameFolder


def _key(name: str) -> Key | None:
    """``006_1_2``, also where a spreadsheet took the zeros away."""
    parts = name.casefold().split("_")
    if len(parts) < 3 or not all(subject_number(part) for part in parts[:3]):
        return None
    return subject_number(parts[0]), "_".join(subject_number(part) for part in parts)


def _key_of_folder(folder: FrameFolder) -> Key | None:
    return _key(folder.parts[-1])


def _read_row(row: Row) -> list[Coded]:
    (coded,) = read_usual(row)
    group = row.text("objective")
    notes = "\n".join(filter(None, (f"Objective class {group}" if group else "", coded.notes)))
    return [replace(coded, notes=notes)]


SAMM = DataSet(
    name="samm",
    title="SAMM",
    fps=200,
    coding=("samm*micro*facs*.xlsx", "samm*codes*.xlsx", "samm*.xlsx", "samm*.csv"),
    sheets=("MICRO_ONLY",),
    subject=lambda key, _folder: f"{int(key[0]):03}",
    own_headings={"objective": ("objectiveclasses", "objectiveclass")},
    key_of_folder=_key_of_folder,
    key_of_row=lambda row, _tables: _key(row.text("clip")) or ("", row.text("clip").casefold()),
    read_row=_read_row,
    published={
        "anger": 57, "happiness": 26, "others": 26, "surprise": 15, "contempt": 12, "disgust": 9, "fear": 8,
        "sadness": 6,
    },
    published_total=159,
)  # fmt: skip
