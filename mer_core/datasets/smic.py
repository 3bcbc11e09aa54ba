"""SMIC (Li et al. 2013): 164 spontaneous micro-expressions at 100 fps (HS), 71 at 25 fps (VIS; NIR in infrared).

The class is the folder's name. Onset and offset alone are coded. The short clips hold these frames and no more, the
long ones (``HS_long``) half a second and more around them. A long clip may hold a second movement (Onset2F), which
among the short ones is a clip of its own. The NIR camera's frames are not in the coding: its folders alone say all.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mer_core.datasets.cells import frame_number
from mer_core.datasets.dataset import Coded, DataSet, Key, NotUsed, Row, subject_number
from mer_core.datasets.dataset import read_row as read_usual
from mer_core.datasets.folders import FrameFolder
from mer_core.datasets.place import overlap

_CLASSES = {"negative": "negative", "positive": "positive", "surprise": "surprise", "suprise": "surprise"}
_IN_NAMES = {"ne": "negative", "po": "positive", "sur": "surprise"}
_CLIP = re.compile(r"s[0-9]+_(?:ne|po|sur)_[0-9]+")
_CAMERAS = ("hs", "vis", "nir")


def _camera(folder: FrameFolder) -> str:
    """HS, VIS or NIR by the lowest folder whose name says so; empty where none does."""
    for part in reversed(folder.parts):
        words = part.casefold().replace("-", "_").replace(" ", "_").split("_")
        found = [camera for camera in _CAMERAS if camera in words]
        if found:
            return found[0]
    return ""


def _key_for(camera: str) -> Callable[[FrameFolder], Key | None]:
    def key(folder: FrameFolder) -> Key | None:
        if folder.video or _camera(folder) not in ("", camera):
            return None
        name = folder.parts[-1].casefold()
        return _clip_key(name) if _CLIP.fullmatch(name) else None  # else what lies between expressions: s1_non_micro_01

    return key


def _clip_key(name: str) -> Key:
    """``s01_ne_01`` and ``s1_ne_1`` are one clip."""
    parts = name.casefold().split("_")
    return subject_number(parts[0]), "_".join([*parts[1:-1], subject_number(parts[-1]) or parts[-1]])


def _kind(folder: FrameFolder) -> str:
    long = any(re.search("long|^smic-(?:hs|vis|nir)-e$", part, re.IGNORECASE) for part in folder.parts)
    cropped = "cropped" if folder.cropped else ""
    return " ".join(filter(None, ("long" if long else "", cropped))) or "short"


def _rows(row: Row) -> list[Coded]:
    (first,) = read_usual(row)
    for name in ("first", "last"):
        if problem := frame_number(row.cells.get(name)).problem:
            first = first.with_remarks(f"the {name} frame of the long clip: {problem}")
    onset, offset = (frame_number(row.cells.get(name)).number for name in ("onset2", "offset2"))
    if onset is None or offset is None:
        return [first]
    return [first, replace(first, onset=onset, offset=offset, notes="Second movement of the clip", remarks=())]


def _settle(coded: Coded, folder: FrameFolder, numbers: Sequence[int]) -> Coded:
    coded = _of_folder_class(coded, folder)
    if coded.onset is None or coded.offset is None or overlap(coded.onset, coded.offset, numbers):
        return coded
    first = frame_number(coded.row.cells.get("first")).number
    span = coded.row.text("total_long")
    if first is not None and first > numbers[-1] and numbers[0] <= 1 and span in ("", str(len(numbers))):
        shift = first - numbers[0]
        return coded.with_remarks(
            f"the frames are numbered from {numbers[0]}; the coded ones were counted from its first frame, {first}",
            onset=coded.onset - shift,
            offset=coded.offset - shift,
        )
    raise NotUsed(f"frames {coded.onset} to {coded.offset} are not in its folder ({numbers[0]} to {numbers[-1]} are)")


def _of_folder_class(coded: Coded, folder: FrameFolder) -> Coded:
    """The class by the folder above or the clip's own name; said where the coding has another."""
    named = _IN_NAMES[folder.parts[-1].casefold().split("_")[1]]
    found = next((_CLASSES[part.casefold()] for part in folder.parts[-2:-1] if part.casefold() in _CLASSES), named)
    if coded.emotion and found != coded.emotion.casefold():
        text = f"the coding says {coded.emotion}, the folder {found}; the folder's was taken"
        return coded.with_remarks(text, emotion=found)
    return replace(coded, emotion=found)


def _without_row(folder: FrameFolder, numbers: Sequence[int]) -> Coded | None:
    if _kind(folder).startswith("long"):
        return None
    row = Row(0, {"clip": folder.parts[-1]})
    coded = Coded(row, numbers[0], None, numbers[-1])
    return _of_folder_class(coded, folder).with_remarks(
        "no row names it; its class is the folder's, onset and offset are its first and last frame"
    )


def _camera_set(camera: str, fps: float, total: int, counts: tuple[int, int, int]) -> DataSet:
    return DataSet(
        name=f"smic-{camera}",
        title=f"SMIC-{camera.upper()}",
        fps=fps,
        coding=() if camera == "nir" else ("smic*annotation*.xlsx", "smic*.xlsx", "smic*annotation*.csv", "smic*.csv"),
        subject=lambda key, _folder: f"s{int(key[0]):02}",
        people="smic",  # ten people were recorded by all three cameras
        sheets=(camera.upper(),),
        own_headings={
            "onset2": ("onset2f",), "offset2": ("offset2f",), "first": ("firstf",), "last": ("lastf",),
            "total_long": ("totalvl",),
        },
        kinds=("short", "long", "cropped", "long cropped"),
        key_of_folder=_key_for(camera),
        key_of_row=lambda row, _tables: _clip_key(row.text("clip")),
        kind_of_folder=_kind,
        read_row=_rows,
        settle=_settle,
        without_row=_without_row,
        optional_coding=True,
        apex_coded=False,
        published=dict(zip(("negative", "positive", "surprise"), counts, strict=True)),
        published_total=total,
    )  # fmt: skip


SMIC_HS = _camera_set("hs", 100, 164, (70, 51, 43))
SMIC_VIS = _camera_set("vis", 25, 71, (28, 23, 20))
SMIC_NIR = _camera_set("nir", 25, 71, (28, 23, 20))
