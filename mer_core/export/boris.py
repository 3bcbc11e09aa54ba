"""The coding as BORIS' "tabular events" (columns as of BORIS 8.22 and later), one observation a clip and coder.

An expression is a state event ``expression``, START at onset and STOP at offset, with the modifiers emotion, action
units and its number; its apex is a point event. Where onset or offset is not marked there is no state: what is marked
stands as point events of that name. Data set, frame rate as recorded and coder are independent variables, notes the
comment.
"""

import csv
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.errors import ExportError
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.fields import MARKS, found_path, relative_path, to_annotation, to_clip, to_index
from mer_core.export.losses import (
    absent_clips,
    broken_marks,
    clips_without,
    decisions,
    expressions,
    marked,
    unsaid_fields,
)
from mer_core.progress import Progress

VARIABLES = ("Data set", "Recorded fps", "Frames", "Coder")
COLUMNS = (
    *("Observation id", "Observation date", "Description", "Observation duration", "Observation type", "Source"),
    *("Time offset (s)", "Media duration (s)", "FPS", *VARIABLES),
    *("Subject", "Behavior", "Behavioral category", "Modifier #1", "Modifier #2", "Modifier #3"),
    *("Behavior type", "Time", "Media file name", "Image index", "Image file path", "Comment"),
)
_CARRIED = (
    *("path", "dataset", "subject", "fps", "frames"),
    *("expression", "coder", "emotion", "action_units", "notes"),
)
_CATEGORY = "micro-expression"
_STATE = "expression"
_NONE = "NA"


def losses(coding: Coding) -> list[str]:
    """What this table cannot carry."""
    return [
        *decisions(coding, "BORIS' table of events"),
        *unsaid_fields(coding, _CARRIED, "BORIS' table of events"),
        *clips_without(coding, "BORIS' table of events"),
        *absent_clips(coding),
        *broken_marks(coding),
        *expressions(
            coding,
            lambda _, each: not _there(each.marks),
            "An event needs a time, so expressions without any mark are left out:",
        ),
        *expressions(
            coding,
            lambda _, each: any("\n" in text or "\r" in text for text in (each.notes, each.emotion, each.action_units)),
            "BORIS writes comments on one line; line breaks become spaces:",
        ),
    ]


def write_boris(coding: Coding, out: Path, place: Path, progress: Progress) -> None:
    """Write the table to ``out``, separated by tabs where its name ends in .tsv, else by commas."""
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    with out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, delimiter=_delimiter(place))
        table.writeheader()
        for done, clip in enumerate(coding.clips):
            progress(done, len(coding.clips), f"Writing {clip.label}")
            for coder in sorted({each.coder for each in clip.annotations}):
                about = _observation(clip, coder, place.parent) | {"Observation date": made}
                for event in _events(clip, coder):
                    table.writerow({name: _line(text) for name, text in (about | event).items()})


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _line(value: object) -> object:
    return " ".join(value.splitlines()) if isinstance(value, str) else value


def _observation(clip: CodedClip, coder: str, folder: Path) -> dict[str, object]:
    path = relative_path(clip.path, folder)
    duration = _seconds(clip, len(clip.times) - 1)
    video = clip.path.is_file()
    return {
        "Observation id": f"{clip.record.path} ({coder})",
        "Description": "",
        "Observation duration": duration,
        "Observation type": "Media file(s)" if video else "From directories of images",
        "Source": f"player #1:{path}" if video else path,
        "Time offset (s)": 0,
        "Media duration (s)": duration if video else _NONE,
        "FPS": f"{clip.record.fps / clip.clock:.3f}" if video else _NONE,
        "Data set": clip.record.dataset,
        "Recorded fps": repr(clip.record.fps),
        "Frames": clip.record.frames,
        "Coder": coder,
        "Subject": clip.record.subject,
        "Behavioral category": _CATEGORY,
        "Media file name": path if video else _NONE,
    }


def _events(clip: CodedClip, coder: str) -> list[dict[str, object]]:
    """One coder's events in the order of time."""
    events: list[tuple[int, dict[str, object]]] = []
    for each in clip.annotations:
        if each.coder != coder:
            continue
        whole = each.marks.onset is not None and each.marks.offset is not None
        for name, index in zip(MARKS, marked(each.marks), strict=True):
            if index is None or index >= len(clip.times):
                continue
            state = whole and name != "apex"
            events.append((index, {
                "Behavior": _STATE if state else name,
                "Behavior type": ("START" if name == "onset" else "STOP") if state else "POINT",
                "Time": _seconds(clip, index),
                "Modifier #1": each.emotion,
                "Modifier #2": each.action_units,
                "Modifier #3": each.expression,
                "Image index": index,
                "Image file path": _NONE if clip.path.is_file() else _frame(clip, index),
                "Comment": each.notes,
            }))  # fmt: skip
    return [event for _, event in sorted(events, key=lambda item: item[0])]


def _frame(clip: CodedClip, index: int) -> str:
    """The frame's number, by which its file is found in the folder."""
    return f"{clip.path.name}, frame {clip.numbers[index]}"


def _seconds(clip: CodedClip, index: int) -> str:
    """On the clock of the file, as BORIS counts."""
    return f"{clip.times[index] * clip.clock:.3f}" if 0 <= index < len(clip.times) else _NONE


def _there(marks: Marks) -> bool:
    return any(index is not None for index in marked(marks))


def read_boris(path: Path) -> Coding:
    """Read what `write_boris` wrote; the frames by their index. Raises ExportError naming the line it cannot read."""
    clips: dict[str, CodedClip] = {}
    said: dict[tuple[str, str, int], Annotation] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, delimiter=_delimiter(path))
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise ExportError(
                    f"{path} is no table of events that MER Studio wrote: import it as a data set instead."
                )
            for row in table:
                try:
                    _take(clips, said, row, path.parent)
                except (ValueError, TypeError) as error:
                    raise ExportError(
                        f"{path}, line {table.line_num}: {error}; correct it, then read it again."
                    ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportError(f"{path} cannot be read as a table ({error}): save it in UTF-8.") from error
    whole = []
    for source, clip in clips.items():
        own = [each for (place, _, _), each in said.items() if place == source]
        whole.append(replace(clip, annotations=tuple(sorted(own, key=lambda each: (each.expression, each.coder)))))
    return Coding(path.parent, "", tuple(whole))


def _take(
    clips: dict[str, CodedClip], said: dict[tuple[str, str, int], Annotation], row: dict[str, str], folder: Path
) -> None:
    source = row["Source"].removeprefix("player #1:")
    if source not in clips:
        values = {"path": source, "dataset": row["Data set"], "subject": row["Subject"]}
        values |= {"fps": row["Recorded fps"], "frames": row["Frames"]}
        clips[source] = CodedClip(to_clip(len(clips) + 1, values), found_path(source, folder), ())
    number = int(row["Modifier #3"])
    key = source, row["Coder"], number
    if key not in said:
        values = {"expression": row["Modifier #3"], "coder": row["Coder"], "emotion": row["Modifier #1"]}
        values |= {"action_units": row["Modifier #2"], "notes": row["Comment"]}
        said[key] = to_annotation(clips[source].record.id, Marks(), values)
    name = {("expression", "START"): "onset", ("expression", "STOP"): "offset"}.get(
        (row["Behavior"], row["Behavior type"]), row["Behavior"]
    )
    if name not in MARKS:
        raise ValueError(f"“{name}” is none of expression, onset, apex, offset")
    said[key] = replace(said[key], marks=replace(said[key].marks, **{name: to_index(row["Image index"])}))
