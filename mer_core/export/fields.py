"""The fields of clips and annotations as a file names them: a field added to either is carried by itself."""

import os
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_type_hints

from mer_core.annotation import Annotation, Marks
from mer_core.project.records import ClipRecord

MARKS = ("onset", "apex", "offset")
_KINDS = {ClipRecord: get_type_hints(ClipRecord), Annotation: get_type_hints(Annotation)}


def clip_fields() -> tuple[str, ...]:
    """All but the id, which is the project's own business."""
    return tuple(item.name for item in fields(ClipRecord) if item.name != "id")


def annotation_fields() -> tuple[str, ...]:
    """All but the clip, which the file says otherwise, and the marks, which it says as frames."""
    return tuple(item.name for item in fields(Annotation) if item.name not in ("clip", "marks"))


def to_clip(clip_id: int, values: dict[str, Any]) -> ClipRecord:
    """A record from values or texts by name; ValueError in words where one is missing or of no use."""
    return ClipRecord(clip_id, **_typed(ClipRecord, clip_fields(), values))


def to_annotation(clip_id: int, marks: Marks, values: dict[str, Any]) -> Annotation:
    """An annotation from values or texts by name; ValueError in words where one is missing or of no use."""
    return Annotation(clip=clip_id, marks=marks, **_typed(Annotation, annotation_fields(), values))


def _typed(record: Any, names: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    typed = {}
    for item in fields(record):
        if item.name in names and item.name in values:
            kind = _KINDS[record][item.name]
            try:
                typed[item.name] = kind(values[item.name]) if kind in (int, float, str) else values[item.name]
            except (TypeError, ValueError):
                raise ValueError(f"'{values[item.name]}' is no value for {item.name}") from None
        elif item.name in names and item.default is MISSING and item.default_factory is MISSING:
            raise ValueError(f"{item.name} is missing")
    return typed


def to_index(value: Any) -> int | None:
    """A frame index of a file, None where empty; ValueError in words for anything else."""
    if value in (None, ""):
        return None
    try:
        index = int(value)
    except (TypeError, ValueError):
        raise ValueError(f"'{value}' is no frame index") from None
    if index < 0:
        raise ValueError(f"{index} is no frame index: they count from 0")
    return index


def relative_path(clip: Path, folder: Path) -> str:
    """A clip's path as a file in ``folder`` names it: relative where the drive allows, with forward slashes."""
    try:
        return Path(os.path.relpath(clip.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return clip.resolve().as_posix()


def found_path(path: str, folder: Path) -> Path:
    """Where a clip lies that a file in ``folder`` names."""
    return Path(os.path.normpath(folder.absolute() / path))
