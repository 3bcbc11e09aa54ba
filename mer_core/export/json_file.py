"""The coding as JSON: our own complete format, described in ``docs/coding-json.md``."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mer_core
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
from mer_core.export.losses import absent_clips, broken_marks, marked
from mer_core.progress import Progress
from mer_core.project.records import Decision

FORMAT, VERSION = "MER Studio coding", 1


def losses(coding: Coding) -> list[str]:
    """What this file cannot carry: every field has its place."""
    return [*absent_clips(coding), *broken_marks(coding)]


def write_json(coding: Coding, out: Path, place: Path, progress: Progress) -> None:
    """Write the file to ``out``; ``place`` is where it will lie, which the clips' paths are relative to."""
    clips = []
    for done, clip in enumerate(coding.clips):
        progress(done, len(coding.clips), f"Writing {clip.label}")
        clips.append(_clip(clip, place.parent))
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "program": f"MER Studio {mer_core.__version__}",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "project": coding.folder.resolve().name,
        "coder": coding.coder,
        "clips": clips,
    }
    if coding.history:
        paths = {clip.record.id: relative_path(clip.path, place.parent) for clip in coding.clips}
        content["history"] = [
            {"at": at, "coder": coder, "action": action, "clip": paths[clip]}
            for at, coder, action, clip in coding.history
        ]
    out.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _clip(clip: CodedClip, folder: Path) -> dict[str, Any]:
    return {
        **{name: getattr(clip.record, name) for name in clip_fields()},
        "path": relative_path(clip.path, folder),
        "annotations": [_annotation(clip, each) for each in clip.annotations],
        "decisions": [_decision(each) for each in clip.decisions],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {name: value for name, value in asdict(decision).items() if name != "clip"}


def _annotation(clip: CodedClip, said: Annotation) -> dict[str, Any]:
    places = {
        name: None if index is None else {"index": index, "frame": clip.number(index), "seconds": clip.time(index)}
        for name, index in zip(MARKS, marked(said.marks), strict=True)
    }
    return {name: getattr(said, name) for name in annotation_fields()} | places


def read_json(path: Path) -> Coding:
    """Read what `write_json` wrote. Raises ExportError where it is none of ours, newer, or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ExportError(f"{path} is damaged or no JSON ({error}): copy it again from its source.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ExportError(f"{path} is not a coding of MER Studio: choose another file.")
    if content.get("version") != VERSION:
        raise ExportError(
            f"{path} is of format {content.get('version')}, this program reads {VERSION}: update MER Studio to read it."
        )
    try:
        clips = tuple(_to_clip(number, each, path.parent) for number, each in enumerate(content["clips"], 1))
        coder = str(content.get("coder", ""))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ExportError(f"{path} is damaged ({error}): copy it again from its source.") from error
    return Coding(path.parent, coder, clips)


def _to_clip(number: int, values: dict[str, Any], folder: Path) -> CodedClip:
    record = to_clip(number, values)
    decided = tuple(Decision(**{**each, "clip": number}) for each in values.get("decisions", ()))
    clip = CodedClip(record, found_path(record.path, folder), (), decisions=decided)
    return replace(clip, annotations=tuple(_to_annotation(number, each) for each in values["annotations"]))


def _to_annotation(clip: int, values: dict[str, Any]) -> Annotation:
    places = [values.get(name) for name in MARKS]
    marks = Marks(*(to_index(each["index"]) if each else None for each in places))
    return to_annotation(clip, marks, values)
