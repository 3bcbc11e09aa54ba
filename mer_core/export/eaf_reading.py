"""Reading ELAN documents that were written by `write_eaf`, and edited in ELAN meanwhile or not."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from mer_core.annotation import Annotation, Marks
from mer_core.clips import open_clip
from mer_core.errors import ExportError
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.eaf import APEX, EXPRESSION, PROPERTY, at
from mer_core.export.fields import annotation_fields, found_path, to_annotation, to_clip

_VALUE = re.compile(r"\s*(\d+)\s*(?:\[(.*)\])?\s*")
_LARGEST = 50_000_000  # bytes: documents of an hour's coding have less than one


def read_eaf(path: Path) -> Coding:
    """Read a document, or all those of a folder. The clips' frames must be at hand: times are read as frames.

    Raises ExportError for what is no document of MER Studio, ClipError where a clip's frames cannot be looked at.
    """
    files = sorted(path.glob("*.eaf")) if path.is_dir() else [path]
    if not files:
        raise ExportError(f"There is no .eaf document in {path}: choose the folder that holds them.")
    clips = tuple(_read(file, number) for number, file in enumerate(files, 1))
    return Coding(path if path.is_dir() else path.parent, "", clips)


def _read(file: Path, number: int) -> CodedClip:
    root = _root(file)
    values = {
        name.removeprefix(PROPERTY): item.text or ""
        for item in root.iterfind("HEADER/PROPERTY")
        if (name := item.get("NAME", "")).startswith(PROPERTY)
    }
    try:
        record = to_clip(number, values)
        clock = float(values["clock"])
        place = found_path(record.path, file.parent)
        clip = CodedClip(record, place, (), clock=clock)
        with open_clip(_media(root, file) or place, record.fps) as opened:
            clip = replace(clip, times=tuple(float(time) for time in opened.times), numbers=tuple(opened.numbers))
        return replace(clip, annotations=tuple(read_annotations(clip, root)))
    except (KeyError, ValueError) as error:
        raise ExportError(
            f"{file} was not written by MER Studio, or a part of it was taken out ({error}): export it again."
        ) from error


def _root(file: Path) -> ET.Element:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ExportError(f"{file} cannot be read ({error.strerror}): check the path.") from error
    if len(data) > _LARGEST or b"<!ENTITY" in data:  # entities may swell to any size; ELAN writes none
        raise ExportError(f"{file} is no document as ELAN writes them: choose another file.")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise ExportError(f"{file} is damaged or no ELAN document ({error}): copy it again from its source.") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise ExportError(f"{file} is no ELAN document: choose another file.")
    return root


def _media(root: ET.Element, file: Path) -> Path | None:
    """The video, where ELAN was told of a new place for it."""
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    relative = unquote(media.get("RELATIVE_MEDIA_URL", "")) if media is not None else ""
    place = found_path(relative, file.parent) if relative else None
    return place if place is not None and place.is_file() else None


def read_annotations(clip: CodedClip, root: ET.Element) -> list[Annotation]:
    """What a document says of a clip whose times are known; KeyError, ValueError where it is none of ours."""
    slots = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iterfind("TIME_ORDER/TIME_SLOT")}
    found: dict[tuple[str, int], Annotation] = {}
    parents: dict[str, tuple[str, int]] = {}
    tiers = root.findall("TIER")
    for tier in tiers:
        if tier.get("LINGUISTIC_TYPE_REF") == EXPRESSION:
            coder = tier.get("ANNOTATOR", "")
            for item in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
                number, marks = _expression(clip, item, slots)
                found[coder, number] = to_annotation(clip.record.id, marks, {"expression": number, "coder": coder})
                parents[item.attrib["ANNOTATION_ID"]] = coder, number
    for tier in tiers:
        if tier.get("LINGUISTIC_TYPE_REF") == APEX:
            coder = tier.get("ANNOTATOR", "")
            for item in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
                key = coder, int(item.findtext("ANNOTATION_VALUE", ""))
                marks = replace(found[key].marks, apex=at(clip, _time(item, "TIME_SLOT_REF1", slots)))
                found[key] = replace(found[key], marks=marks)
        for name in annotation_fields():
            if re.fullmatch(rf"{name.replace('_', ' ')}( \d+)?@.*", tier.get("TIER_ID", ""), re.DOTALL):
                for item in tier.iterfind("ANNOTATION/REF_ANNOTATION"):
                    key = parents[item.attrib["ANNOTATION_REF"]]
                    values = {each: getattr(found[key], each) for each in annotation_fields()}
                    values[name] = item.findtext("ANNOTATION_VALUE", "")
                    found[key] = to_annotation(clip.record.id, found[key].marks, values)
    return sorted(found.values(), key=lambda each: (each.expression, each.coder))


def _expression(clip: CodedClip, item: ET.Element, slots: dict[str | None, str | None]) -> tuple[int, Marks]:
    text = item.findtext("ANNOTATION_VALUE", "")
    match = _VALUE.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text}” on a tier of expressions is no expression's number")
    missing = match[2] or ""
    onset = None if "no onset" in missing else at(clip, _time(item, "TIME_SLOT_REF1", slots))
    offset = None if "no offset" in missing else at(clip, _time(item, "TIME_SLOT_REF2", slots))
    return int(match[1]), Marks(onset, None, offset)


def _time(item: ET.Element, name: str, slots: dict[str | None, str | None]) -> int:
    value = slots.get(item.get(name))
    if value is None:
        raise ValueError(f"annotation {item.get('ANNOTATION_ID')} has no time")
    return int(value)
