"""What a coder says of a clip: marks, emotion, action units, notes."""

from mer_core.annotation.action_units import ActionUnit, format_action_units, parse_action_units, unknown_units
from mer_core.annotation.annotation import Annotation, Marks
from mer_core.annotation.emotions import EMOTIONS
from mer_core.annotation.label_maps import MEGC_CLASSES, megc_class

__all__ = [
    "EMOTIONS",
    "MEGC_CLASSES",
    "ActionUnit",
    "Annotation",
    "Marks",
    "format_action_units",
    "megc_class",
    "parse_action_units",
    "unknown_units",
]
