"""Labelled clips that take no part in a training or a judgement: kept with a feature set, said with every result."""

from collections.abc import Mapping
from typing import Any

from mer_core.counted import counted

NO_FACE = "left_out"
"""Attribute of a feature set: clip → why its face could not be measured."""
NO_CLASS = "in_no_class"
"""Attribute of a feature set: emotion → how many labelled clips its label map has no class for."""
_NAMED = 3


def left_out_notes(attributes: Mapping[str, Any]) -> list[str]:
    """A sentence for each reason why clips are missing; attributes: those of a feature set."""
    return no_class_notes(attributes) + _no_face_notes(attributes)


def no_class_notes(attributes: Mapping[str, Any]) -> list[str]:
    """One sentence, if the label map has no class for some emotions."""
    counts = attributes.get(NO_CLASS, {})
    if not counts:
        return []
    emotions = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items(), key=lambda each: -each[1]))
    title = attributes.get("label_map", {}).get("title", "the label map")
    clips = counted(sum(counts.values()), "clip")
    return [f"Left out: {clips} whose emotion has no class in {title}: {emotions}."]


def _no_face_notes(attributes: Mapping[str, Any]) -> list[str]:
    clips = list(attributes.get(NO_FACE, {}))
    if not clips:
        return []
    more = len(clips) - _NAMED
    names = ", ".join(clips[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [f"Left out: {counted(len(clips), 'clip')} in which no face was found: {names}."]
