"""The coding as XLSX in the column layouts of CASME II and of SAMM, which their importers read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mer_core.annotation import Annotation
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.losses import absent_clips, broken_marks, clips_without, expressions, marked, unsaid_fields
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
_UNKNOWN = "/"  # CASME II's own sign for an apex that is not known
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
        *unsaid_fields(coding, carried, layout),
        *clips_without(coding, layout),
        *absent_clips(coding),
        *broken_marks(coding),
        *expressions(coding, _unmarked, f"Onset or offset is not marked, which {layout} cannot say and its readers "
                     f"may refuse ({_UNKNOWN} stands there):"),
        *expressions(coding, lambda _, each: each.expression > 1, f"The number of an expression has no place in "
                     f"{layout}, only the order of its rows:"),
        *expressions(coding, lambda _, each: any(_FORBIDDEN.search(text) or len(text) > _MOST for text in _texts(each)),
                     "Control characters and more than 32,767 characters do not fit a cell of XLSX:"),
    ]  # fmt: skip


def _unmarked(_clip: CodedClip, each: Annotation) -> bool:
    return each.marks.onset is None or each.marks.offset is None


def _texts(each: Annotation) -> tuple[str, ...]:
    return each.emotion, each.action_units, each.notes


def write_casme2(coding: Coding, out: Path, _place: Path, progress: Progress) -> None:
    """One row an expression of one coder, frame numbers as in the source, on a sheet named Sheet1."""

    def row(clip: CodedClip, each: Annotation) -> list[Any]:
        onset, apex, offset = _numbers(clip, each)
        return [
            *(casme2_subject(clip.record.subject), _name(clip), None, onset, apex, offset, None),
            *(_units(each.action_units), each.emotion),
        ]

    _write(coding, out, "Sheet1", CASME2_COLUMNS, row, progress)


def write_samm(coding: Coding, out: Path, _place: Path, progress: Progress) -> None:
    """One row an expression of one coder, frame numbers as in the source, on a sheet named MICRO_ONLY."""

    def row(clip: CodedClip, each: Annotation) -> list[Any]:
        onset, apex, offset = _numbers(clip, each)
        duration = offset - onset + 1 if isinstance(onset, int) and isinstance(offset, int) else None
        return [
            *(clip.record.subject, _name(clip), None, onset, apex, offset, duration, "Micro"),
            *(_units(each.action_units), each.emotion, None, each.notes),
        ]

    _write(coding, out, "MICRO_ONLY", SAMM_COLUMNS, row, progress)


def casme2_subject(subject: str) -> str:
    """``sub01`` as the coding file has it: ``01``."""
    return re.sub(r"^sub(?=\d+$)", "", subject)


def _name(clip: CodedClip) -> str:
    """A folder's name; a video's without its ending."""
    return clip.path.stem if clip.path.is_file() else clip.record.name


def _numbers(clip: CodedClip, each: Annotation) -> tuple[int | str, int | str, int | str]:
    onset, apex, offset = (
        number if (number := clip.number(index)) is not None else _UNKNOWN for index in marked(each.marks)
    )
    return onset, apex, offset


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
