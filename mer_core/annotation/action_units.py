"""FACS action units as coding files write them: ``4+L10``, ``R12``, ``15A+25B``, ``1 or 2``, ``4+7?``, ``4(k)``."""

import re
from dataclasses import dataclass
from typing import Literal

from mer_core.errors import MerError

Side = Literal["", "L", "R"]

NAMES = {
    1: "Inner brow raiser",
    2: "Outer brow raiser",
    4: "Brow lowerer",
    5: "Upper lid raiser",
    6: "Cheek raiser",
    7: "Lid tightener",
    8: "Lips toward each other",
    9: "Nose wrinkler",
    10: "Upper lip raiser",
    11: "Nasolabial deepener",
    12: "Lip corner puller",
    13: "Sharp lip puller",
    14: "Dimpler",
    15: "Lip corner depressor",
    16: "Lower lip depressor",
    17: "Chin raiser",
    18: "Lip pucker",
    19: "Tongue show",
    20: "Lip stretcher",
    21: "Neck tightener",
    22: "Lip funneler",
    23: "Lip tightener",
    24: "Lip pressor",
    25: "Lips part",
    26: "Jaw drop",
    27: "Mouth stretch",
    28: "Lip suck",
    # Actions of which FACS says less, and what goes with them
    29: "Jaw thrust",
    30: "Jaw sideways",
    31: "Jaw clencher",
    32: "Lip bite",
    33: "Cheek blow",
    34: "Cheek puff",
    35: "Cheek suck",
    36: "Tongue bulge",
    37: "Lip wipe",
    38: "Nostril dilator",
    39: "Nostril compressor",
    40: "Sniff",
    41: "Lid droop",
    42: "Eyes slit",
    43: "Eyes closed",
    44: "Squint",
    45: "Blink",
    46: "Wink",
    50: "Speech",
    # The head
    51: "Head turned left",
    52: "Head turned right",
    53: "Head up",
    54: "Head down",
    55: "Head tilted left",
    56: "Head tilted right",
    57: "Head forward",
    58: "Head back",
    59: "Head nod",
    60: "Head shake",
    83: "Head up and to the side",
    84: "Head shake back and forth",
    85: "Head nod up and down",
    # The eyes
    61: "Eyes turned left",
    62: "Eyes turned right",
    63: "Eyes up",
    64: "Eyes down",
    65: "Walleye",
    66: "Cross-eye",
    68: "Eyes rolled up",
    69: "Eyes on the other person",
    # What cannot be seen
    70: "Brows not visible",
    71: "Eyes not visible",
    72: "Lower face not visible",
    73: "Face not visible",
    74: "Not scorable",
    # Gross behaviour
    80: "Swallow",
    81: "Chewing",
    82: "Shoulder shrug",
    91: "Flash",
    92: "Partial flash",
    97: "Shiver",
    98: "Fast up-down look",
}
"""All codes of FACS (Ekman, Friesen & Hager 2002) that are numbers from 1 on. Others are read all the same, lest a
published file lose them: `unknown_units` names them."""

INTENSITIES = {"A": "trace", "B": "slight", "C": "marked", "D": "severe", "E": "maximum"}
"""What the letters of intensity stand for, by the same manual."""


@dataclass(frozen=True)
class ActionUnit:
    """One unit. ``side`` is empty for both sides; ``intensity`` A (trace) to E (maximum), empty where not scored."""

    number: int
    side: Side = ""
    intensity: str = ""
    doubtful: bool = False
    alternative: bool = False  # written after "or": this one or the one before it
    static: bool = False  # held throughout the clip, no movement: 4DME's "(k)"

    def __str__(self) -> str:
        return f"{self.side}{self.number}{self.intensity}{'(k)' if self.static else ''}{'?' if self.doubtful else ''}"

    @property
    def name(self) -> str:
        """The muscle action in words."""
        return NAMES.get(self.number, f"Action unit {self.number}")

    @property
    def words(self) -> str:
        """All that was written of it in words: ``Outer brow raiser (the person's right, slight)``."""
        said = (
            {"": "", "L": "the person's left", "R": "the person's right"}[self.side],
            INTENSITIES.get(self.intensity, ""),
            "held" if self.static else "",
            "doubtful" if self.doubtful else "",
        )
        more = ", ".join(word for word in said if word)
        return f"{self.name} ({more})" if more else self.name


_UNIT = re.compile(
    r"(?:AU\s*)?(?P<side>[LR]?)\s*(?P<number>\d{1,2})\s*(?P<intensity>(?:[A-E](?![A-Z]))?)"
    r"\s*(?P<static>(?:\(k\))?)\s*(?P<doubt>\??)",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(\bor\b|[+,;&\s])\s*", re.IGNORECASE)


def parse_action_units(text: str) -> tuple[ActionUnit, ...]:
    """Read a string of action units; empty and ``?`` mean none known.

    Raises MerError naming the first part that is no action unit.
    """
    text = text.strip()
    units: list[ActionUnit] = []
    position, alternative = 0, False
    while position < len(text):
        if text[position:] == "?":  # a lone doubt: the coder knew of no unit, or doubts the last
            break
        match = _UNIT.match(text, position)
        if match is None or int(match["number"]) == 0:
            raise MerError(
                f"“{text[position:].strip()}” is no action unit: write numbers joined by +, such as 4+L10 or 15A+25B."
            )
        side = match["side"].upper()
        units.append(
            ActionUnit(
                int(match["number"]),
                "L" if side == "L" else "R" if side == "R" else "",
                match["intensity"].upper(),
                bool(match["doubt"]),
                alternative,
                bool(match["static"]),
            )
        )
        position += len(match[0].rstrip())  # the space after a unit may be all that joins it to the next
        joint = _JOINT.match(text, position)
        if joint is None and position < len(text):
            raise MerError(f"“{text[position:]}” follows AU {units[-1]} with no + between: write such as 4+L10.")
        alternative = bool(joint and joint[1].lower() == "or")
        position = joint.end() if joint else position
        while (extra := _JOINT.match(text, position)) is not None:
            position = extra.end()
    return tuple(units)


def unknown_units(units: tuple[ActionUnit, ...]) -> list[int]:
    """The numbers among these that FACS does not have, each once, in their order."""
    return list(dict.fromkeys(unit.number for unit in units if unit.number not in NAMES))


def format_action_units(units: tuple[ActionUnit, ...]) -> str:
    """Write units so that `parse_action_units` reads the same again."""
    parts: list[str] = []
    for unit in units:
        if parts:
            parts.append(" or " if unit.alternative else "+")
        parts.append(str(unit))
    return "".join(parts)
