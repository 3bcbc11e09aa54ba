"""The coding as XLSX in the column layouts of CASME II and of SAMM, which their importers read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mer_core.annotation import Annotation
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.losses import (
    absent_clips,
    broken_marks,
    clips_without,
    decisions,
    expressions,
    listed,
    marked,
    unsaid_fields,
)
from mer_core.progress import Progress

CASME2_COLUMNS = (
    *("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None),
    *("Action Units", "Estimated Emotion"),
)
SAMM_COLUMNS = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro"),
    *("Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
)
_CARRIED = ("path", "subject", "expression", "coder", "emotion", "action_units")
_UNKNOWN = "/"  # CASME II's own sign for a frame that is not known
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # characters that the file format cannot hold
_MOST = 32_767  # characters of one cell


def casme2_losses(coding: Coding) -> list[str]:
    """What CASME II's layout cannot carry of one coder's annotations."""
    return _losses(coding, _CARRIED, "CASME II's layout")


def samm_losses(coding: Coding) -> list[str]:
    """What SAMM's layout cannot carry of one coder's annotations."""
    return _losses(coding, (*_CARRIED, "notes"), "SAMM's layout")


def _losses(coding: Coding, carried: tuple[str, ...], layout: str) -> list[str]:
    return [
        *decisions(coding, layout),
        *unsaid_fields(coding, carried, layout),
        *clips_without(coding, layout),
        *absent_clips(coding),
        *broken_marks(coding),
        *_unordered(coding, layout),
        *listed(
            (clip for clip in coding.clips if clip.annotations and not clip.record.subject),
            "The subject is not named, and readers of this layout take an empty cell for the one above:",
        ),
        *expressions(
            coding,
            lambda _, each: any(_FORBIDDEN.search(text) or len(text) > _MOST for text in _texts(each)),
            "Control characters and more than 32,767 characters do not fit a cell of XLSX:",
        ),
        *expressions(
            coding,
            lambda _, each: any(" ".join(text.split()) != text for text in _said(each, carried)),
            "Readers of this layout take line breaks and several spaces for one space:",
        ),
    ]


def _unordered(coding: Coding, layout: str) -> list[str]:
    """Clips whose expressions are not numbered 1, 2, … as a reader of the rows would number them."""

    def gaps(clip: CodedClip) -> bool:
        numbers = sorted(each.expression for each in clip.annotations)
        return numbers != list(range(1, len(numbers) + 1))

    return listed(filter(gaps, coding.clips), f"{layout} has rows, no numbers; expressions will be counted anew:")


def _said(each: Annotation, carried: tuple[str, ...]) -> tuple[str, ...]:
    notes = objective_class(each.notes)[1] if "notes" in carried else ""
    return each.emotion, each.action_units, notes


def objective_class(notes: str) -> tuple[str, str]:
    """SAMM's objective class, where an import has put it above the notes, and the rest of the notes."""
    match = re.match(r"Objective class (.+?)(?:\n|$)", notes)
    return (match[1], notes[match.end() :]) if match else ("", notes)


def _texts(each: Annotation) -> tuple[str, ...]:
    return each.emotion, each.action_units, each.notes


def write_casme2(coding: Coding, out: Path, _place: Path, progress: Progress) -> None:
    """One row an expression of one coder, frame numbers as in the source, on a sheet named Sheet1."""

    def row(clip: CodedClip, each: Annotation) -> list[Any]:
        onset, apex, offset = (
            _UNKNOWN if (number := clip.number(index)) is None else number for index in marked(each.marks)
        )
        return [
            *(casme2_subject(clip.record.subject), _name(clip), None, onset, apex, offset, None),
            *(_units(each.action_units), each.emotion),
        ]

    _write(coding, out, "Sheet1", CASME2_COLUMNS, row, progress)


def write_samm(coding: Coding, out: Path, _place: Path, progress: Progress) -> None:
    """One row an expression of one coder, frame numbers as in the source, on a sheet named MICRO_ONLY."""

    def row(clip: CodedClip, each: Annotation) -> list[Any]:
        onset, apex, offset = (clip.number(index) for index in marked(each.marks))
        group, notes = objective_class(each.notes)
        duration = offset - onset + 1 if onset is not None and offset is not None else None
        return [
            *(clip.record.subject, _name(clip), None, onset, apex, offset, duration, "Micro"),
            *(_units(each.action_units), each.emotion, _units(group), notes or None),
        ]

    _write(coding, out, "MICRO_ONLY", SAMM_COLUMNS, row, progress)


def casme2_subject(subject: str) -> str:
    """``sub01`` as the coding file has it: ``01``."""
    return re.sub(r"^sub(?=\d+$)", "", subject)


def _name(clip: CodedClip) -> str:
    """A folder's name; a video's without its ending."""
    return clip.path.stem if clip.path.is_file() else clip.record.name


def _units(text: str) -> int | str | None:
    """A lone unit is a number in both sets' files."""
    return int(text) if text.isascii() and text.isdigit() and not text.startswith("0") else text or None


def _write(
    coding: Coding,
    out: Path,
    sheet: str,
    columns: tuple[str | None, ...],
    row: Callable[[CodedClip, Annotation], list[Any]],
    progress: Progress,
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    table = book.worksheets[0]
    table.title = sheet
    table.append(columns)
    for done, clip in enumerate(coding.clips):
        progress(done, len(coding.clips), f"Writing {clip.label}")
        for each in sorted(clip.annotations, key=lambda each: each.expression):
            values = row(clip, each)
            table.append([_FORBIDDEN.sub(" ", each)[:_MOST] if isinstance(each, str) else each for each in values])
            for cell in table[table.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # never a formula, whatever it begins with
    book.save(out)
