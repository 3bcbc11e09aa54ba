"""MMEW (Ben et al. 2022): 300 micro-expressions at 90 fps, in a folder an emotion; macro-expressions are left aside."""

import re
from collections.abc import Sequence

from mer_core.annotation.emotions import emotion_word
from mer_core.datasets.dataset import Coded, DataSet, Key
from mer_core.datasets.folders import FrameFolder

_CLIP = re.compile(r"s([0-9]+)-.+", re.IGNORECASE)


def _key_of_folder(folder: FrameFolder) -> Key | None:
    if any("macro" in part.casefold() for part in folder.parts):
        return None
    return _key(folder.parts[-1])


def _key(name: str) -> Key | None:
    """``S01-01-001``: the subject is in the clip's name."""
    match = _CLIP.fullmatch(name)
    return (str(int(match[1])), name.casefold()) if match else None


def _settle(coded: Coded, folder: FrameFolder, _numbers: Sequence[int]) -> Coded:
    above = emotion_word(folder.parts[-2]) if len(folder.parts) > 1 else ""
    if above not in MMEW.published or above == emotion_word(coded.emotion):
        return coded
    if not coded.emotion:
        return coded.with_remarks("it names no emotion; its folder's was taken", emotion=above)
    return coded.with_remarks(f"its folder says {above}; the coding's {coded.emotion} was taken")


MMEW = DataSet(
    name="mmew",
    title="MMEW",
    fps=90,
    coding=("mmew*micro*.xlsx", "mmew*.xlsx", "mmew*.csv"),
    subject=lambda key, _folder: f"S{int(key[0]):02}",
    key_of_folder=_key_of_folder,
    key_of_row=lambda row, _tables: _key(row.text("clip")) or ("", row.text("clip").casefold()),
    settle=_settle,
    published={
        "surprise": 89, "disgust": 72, "others": 66, "happiness": 36, "fear": 16, "sadness": 13, "anger": 8,
    },
    published_total=300,
)  # fmt: skip
