"""The coding as one CSV table, one row an annotation; a clip of which nothing is said has a row of its own."""

import csv
import re
from dataclasses import replace
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.errors import ExportError
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.fields import (
    MARKS,
    annotation_fields,
    clip_fields,
    found_path,
    relative_path,
    to_annotation,
    to_clip,
    to_index,
)
from mer_core.export.losses import absent_clips, broken_marks, decisions, marked
from mer_core.progress import Progress

_PLACES = (
    *(f"{name}_frame" for name in MARKS),  # the source's own numbers
    *(f"{name}_index" for name in MARKS),  # counted from 0: these are read back
    *(f"{name}_s" for name in MARKS),  # seconds from the first frame
)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def columns() -> tuple[str, ...]:
    """The names in the first line."""
    first, *others = annotation_fields()
    return ("clip", *clip_fields(), first, "coder", *_PLACES, *(name for name in others if name != "coder"))


def losses(coding: Coding) -> list[str]:
    """What this table cannot carry: every field of clips and annotations has a column."""
    return [*decisions(coding, "the table"), *absent_clips(coding), *broken_marks(coding)]


def write_csv(coding: Coding, out: Path, place: Path, progress: Progress) -> None:
    """Write the table to ``out``; ``place`` is where it will lie, which the clips' paths are relative to.

    UTF-8 with a byte order mark, so that spreadsheets take it for what it is.
    """
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, columns())
        table.writeheader()
        for done, clip in enumerate(coding.clips):
            progress(done, len(coding.clips), f"Writing {clip.label}")
            about = {"clip": clip.record.name} | {name: getattr(clip.record, name) for name in clip_fields()}
            about["path"] = relative_path(clip.path, place.parent)
            for annotation in clip.annotations or (None,):
                row = about if annotation is None else about | _said(clip, annotation)
                table.writerow({name: _plain(value) for name, value in row.items()})


def _said(clip: CodedClip, annotation: Annotation) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(annotation, name) for name in annotation_fields()}
    for name, index in zip(MARKS, marked(annotation.marks), strict=True):
        row |= {f"{name}_frame": clip.number(index), f"{name}_index": index, f"{name}_s": clip.time(index)}
    return row


def _plain(value: object) -> object:
    """A text that a spreadsheet does not take for a formula: led by an apostrophe, which `_meant` takes away."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _meant(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def read_csv(path: Path) -> Coding:
    """Read what `write_csv` wrote. Raises ExportError naming the line that cannot be read."""
    clips: dict[str, CodedClip] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            if not {"path", "expression", "onset_index"} <= set(table.fieldnames or ()):
                raise ExportError(
                    f"{path} is not a coding table of MER Studio (it has no columns path, expression and onset_index): "
                    "import it as a data set instead."
                )
            for line in table:
                try:
                    _take(clips, {name: _meant(value or "") for name, value in line.items() if name}, path)
                except ValueError as error:
                    raise ExportError(
                        f"{path}, line {table.line_num}: {error}; correct it, then read it again."
                    ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportError(f"{path} cannot be read as a CSV table ({error}): save it as CSV in UTF-8.") from error
    return Coding(path.parent, "", tuple(clips.values()))


def _take(clips: dict[str, CodedClip], row: dict[str, str], table: Path) -> None:
    place = row["path"]
    if place not in clips:
        clips[place] = CodedClip(to_clip(len(clips) + 1, row), found_path(place, table.parent), ())
    if not row["expression"]:
        return
    clip = clips[place]
    marks = Marks(*(to_index(row.get(f"{name}_index")) for name in MARKS))
    said = to_annotation(clip.record.id, marks, row)
    clips[place] = replace(clip, annotations=(*clip.annotations, said))
