"""The coding as ELAN documents (EAF 3.0), one a clip, written and read with the standard library alone.

pympi-ling would add a dependency for a page of XML, and does not keep to the schema's order of elements.

Tiers of each coder, found by ANNOTATOR: ``expression@CODER`` from onset to offset, its value the expression's number;
under it, symbolically associated, ``emotion``, ``action units`` and ``notes``; and ``apex``, one frame long, its value
the number of its expression. ELAN allows no overlap within a tier: expressions that overlap go into
``expression 2@CODER`` and so on. A mark that is not there is said behind the number: ``3 [no offset]``. Times are
milliseconds of the frames' own times on the clock of the file, which is ELAN's: a frame is found again as the one
nearest in time.
"""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import mer_core
from mer_core.annotation import Annotation
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.fields import annotation_fields, clip_fields, relative_path
from mer_core.export.losses import broken_marks, decisions, expressions, listed, marked
from mer_core.progress import Progress

SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
PROPERTY = "mer-studio:"
EXPRESSION, APEX, CHILD = "expression", "apex", "said of an expression"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no place for
_CONSTRAINT = "Symbolic_Association"


def losses(coding: Coding) -> list[str]:
    """What these documents cannot carry."""
    fine = Coding(coding.folder, coding.coder, tuple(clip for clip in coding.clips if clip.times))
    return [
        *decisions(coding, "ELAN"),
        *listed(
            (clip for clip in coding.clips if clip.absent),
            "The frames are not at hand, so there are no times to write; no document is made for",
        ),
        *listed(
            (clip for clip in coding.clips if clip.path.is_dir()),
            "ELAN plays videos, not folders of frames; the times are right, but to see the frames in ELAN export "
            "these clips as videos too:",
        ),
        *broken_marks(coding),
        *expressions(
            fine,
            lambda clip, each: not _survives(clip, each),
            "ELAN counts whole milliseconds, between which these marks' frames cannot be told apart:",
        ),
        *expressions(
            fine,
            lambda _, each: any(_FORBIDDEN.search(str(getattr(each, name))) for name in annotation_fields()),
            "Control characters have no place in XML and are written as spaces:",
        ),
    ]


def document_names(coding: Coding) -> dict[int, str]:
    """The name of each clip's document by the clip's id: as much of its path as tells them all apart."""
    clips = [clip for clip in coding.clips if clip.times]
    paths = [clip.path.with_suffix("") if clip.path.is_file() else clip.path for clip in clips]
    names: list[str] = []
    for depth in range(1, max((len(path.parts) for path in paths), default=0) + 1):
        names = ["_".join(path.parts[-depth:]).replace("/", "") for path in paths]
        if len(set(names)) == len(names):
            break
    else:  # a folder and a video, or two videos, that differ in their ending only
        names = [f"{name}_{clip.record.id}" for name, clip in zip(names, clips, strict=True)]
    return {clip.record.id: f"{name}.eaf" for name, clip in zip(names, clips, strict=True)}


def write_eaf(coding: Coding, out: Path, place: Path, progress: Progress) -> None:
    """One document a clip into the folder ``out``, which will be ``place``."""
    names = document_names(coding)
    for done, clip in enumerate(coding.clips):
        progress(done, len(coding.clips), f"Writing {clip.label}")
        if clip.record.id in names:
            tree = ET.ElementTree(document(clip, coding.coder, place))
            ET.indent(tree, "    ")
            tree.write(out / names[clip.record.id], encoding="utf-8", xml_declaration=True)


def document(clip: CodedClip, coder: str, folder: Path) -> ET.Element:
    """The document of one clip; ``folder`` is where it will lie."""
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": _text(coder),
            "DATE": datetime.now().astimezone().isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{_XSI}}}noNamespaceSchemaLocation": SCHEMA,
        },
    )
    ET.register_namespace("xsi", _XSI)
    root.append(_header(clip, folder))
    slots = _Slots()
    tiers = [tier for coder in _coders(clip) for tier in _tiers(clip, coder, slots)]
    root.append(slots.element)
    root.extend(tiers)
    for name, constraint in ((EXPRESSION, ""), (APEX, ""), (CHILD, _CONSTRAINT)):
        about = {"LINGUISTIC_TYPE_ID": name, "TIME_ALIGNABLE": "false" if constraint else "true"}
        about |= {"GRAPHIC_REFERENCES": "false"} | ({"CONSTRAINTS": constraint} if constraint else {})
        ET.SubElement(root, "LINGUISTIC_TYPE", about)
    said = "1-1 association with a parent annotation"
    ET.SubElement(root, "CONSTRAINT", {"STEREOTYPE": _CONSTRAINT, "DESCRIPTION": said})
    return root


def _header(clip: CodedClip, folder: Path) -> ET.Element:
    header = ET.Element("HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    beside = relative_path(clip.path, folder)
    if clip.path.is_file():
        kind = mimetypes.guess_type(clip.path.name)[0] or "video/*"
        relative = quote(beside if beside.startswith((".", "/")) else f"./{beside}")
        about = {"MEDIA_URL": clip.path.resolve().as_uri(), "MIME_TYPE": kind, "RELATIVE_MEDIA_URL": relative}
        ET.SubElement(header, "MEDIA_DESCRIPTOR", about)
    values = {name: getattr(clip.record, name) for name in clip_fields()} | {"path": beside}
    values |= {"clock": clip.clock, "program": f"MER Studio {mer_core.__version__}"}
    for name, value in values.items():
        ET.SubElement(header, "PROPERTY", {"NAME": f"{PROPERTY}{name}"}).text = _text(str(value))
    return header


@dataclass
class _Slots:
    """Time slots, in the order made; each mark has its own, as ELAN writes them."""

    element: ET.Element = field(default_factory=lambda: ET.Element("TIME_ORDER"))
    annotations: int = 0

    def at(self, milliseconds: int) -> str:
        name = f"ts{len(self.element) + 1}"
        ET.SubElement(self.element, "TIME_SLOT", {"TIME_SLOT_ID": name, "TIME_VALUE": str(milliseconds)})
        return name

    def next_id(self) -> str:
        self.annotations += 1
        return f"a{self.annotations}"


def _coders(clip: CodedClip) -> list[str]:
    return sorted({each.coder for each in clip.annotations})


def _tiers(clip: CodedClip, coder: str, slots: _Slots) -> Iterator[ET.Element]:
    own = sorted((each for each in clip.annotations if each.coder == coder), key=lambda each: span(clip, each))
    for number, lane in enumerate(_lanes(clip, own), 1):
        suffix = f"{'' if number == 1 else f' {number}'}@{coder}"
        about = {"ANNOTATOR": _text(coder), "PARTICIPANT": _text(clip.record.subject)}
        top = _tier(f"{EXPRESSION}{suffix}", EXPRESSION, about)
        children = {
            name: _tier(f"{name.replace('_', ' ')}{suffix}", CHILD, {**about, "PARENT_REF": top.attrib["TIER_ID"]})
            for name in annotation_fields()
            if name not in ("expression", "coder")
        }
        apexes = _tier(f"{APEX}{suffix}", APEX, about)
        for each in lane:
            name = _aligned(top, slots, span(clip, each), _value(each))
            for child, tier in children.items():
                if (text := getattr(each, child)) != "":
                    about_ref = {"ANNOTATION_ID": slots.next_id(), "ANNOTATION_REF": name}
                    reference = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "REF_ANNOTATION", about_ref)
                    ET.SubElement(reference, "ANNOTATION_VALUE").text = _text(str(text))
            peak = each.marks.apex
            if peak is not None and peak < len(clip.times):
                begin = milliseconds(clip, peak)
                _aligned(apexes, slots, (begin, max(begin + 1, _frame_end(clip, peak))), str(each.expression))
        yield top
        yield from children.values()
        yield apexes


def _tier(name: str, kind: str, about: dict[str, str]) -> ET.Element:
    return ET.Element("TIER", {"TIER_ID": _text(name), "LINGUISTIC_TYPE_REF": kind, **about})


def _aligned(tier: ET.Element, slots: _Slots, times: tuple[int, int], value: str) -> str:
    name = slots.next_id()
    about = {"ANNOTATION_ID": name, "TIME_SLOT_REF1": slots.at(times[0]), "TIME_SLOT_REF2": slots.at(times[1])}
    annotation = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", about)
    ET.SubElement(annotation, "ANNOTATION_VALUE").text = value
    return name


def _lanes(clip: CodedClip, said: list[Annotation]) -> list[list[Annotation]]:
    """Expressions shared out so that none overlap in a lane."""
    lanes: list[list[Annotation]] = []
    for each in said:
        begin = span(clip, each)[0]
        for lane in lanes:
            if _last(clip, lane[-1]) <= begin:
                lane.append(each)
                break
        else:
            lanes.append([each])
    return lanes


def _last(clip: CodedClip, each: Annotation) -> int:
    peak = each.marks.apex
    ends = [span(clip, each)[1]]
    if peak is not None and peak < len(clip.times):
        ends.append(_frame_end(clip, peak))
    return max(ends)


def milliseconds(clip: CodedClip, index: int) -> int:
    """Time of a frame on the file's own clock."""
    return round(clip.times[index] * clip.clock * 1000)


def _frame_end(clip: CodedClip, index: int) -> int:
    return milliseconds(clip, index + 1) if index + 1 < len(clip.times) else milliseconds(clip, index) + 1


def span(clip: CodedClip, each: Annotation) -> tuple[int, int]:
    """From the first mark there is to the last, at least 1 ms; the clip's start where there is none."""
    there = [index for index in marked(each.marks) if index is not None and index < len(clip.times)]
    begin, end = (milliseconds(clip, min(there)), milliseconds(clip, max(there))) if there else (0, 0)
    return begin, max(begin + 1, end)


def _value(each: Annotation) -> str:
    missing = [name for name, index in (("onset", each.marks.onset), ("offset", each.marks.offset)) if index is None]
    return f"{each.expression} [no {', no '.join(missing)}]" if missing else str(each.expression)


def _survives(clip: CodedClip, each: Annotation) -> bool:
    """Whether each mark is found again from whole milliseconds."""
    begin, end = span(clip, each)
    times = {"onset": begin, "offset": end}
    if each.marks.apex is not None and each.marks.apex < len(clip.times):
        times["apex"] = milliseconds(clip, each.marks.apex)
    return all(
        (index := getattr(each.marks, name)) is None or index >= len(clip.times) or at(clip, time) == index
        for name, time in times.items()
    )


def at(clip: CodedClip, milliseconds: int) -> int:
    """The index of the frame nearest to a time on the file's own clock."""
    return clip.nearest(milliseconds / 1000 / clip.clock)


def _text(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)
