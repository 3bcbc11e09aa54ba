"""Marks and annotations: plain values; the project keeps them."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, Self

from mer_core.errors import MerError

MarkName = Literal["onset", "apex", "offset"]
MARK_NAMES: tuple[MarkName, ...] = ("onset", "apex", "offset")


@dataclass(frozen=True)
class Marks:
    """Where an expression starts, peaks and ends: 0-based frame indices, None where not yet marked."""

    onset: int | None = None
    apex: int | None = None
    offset: int | None = None

    def get(self, name: MarkName) -> int | None:
        """The index of one mark."""
        return {"onset": self.onset, "apex": self.apex, "offset": self.offset}[name]

    def room(self, name: MarkName, frames: int) -> tuple[int, int]:
        """First and last index (inclusive) to which a mark can move without passing its neighbours."""
        position = MARK_NAMES.index(name)
        before = [index for other in MARK_NAMES[:position] if (index := self.get(other)) is not None]
        after = [index for other in MARK_NAMES[position + 1 :] if (index := self.get(other)) is not None]
        return max(before, default=0), min(after, default=frames - 1)

    def moved(self, name: MarkName, index: int | None) -> Self:
        """These marks with one set (or cleared by None).

        Raises MerError if onset ≤ apex ≤ offset would not hold.
        """
        new = replace(self, **{name: index})
        known = [(other, value) for other in MARK_NAMES if (value := new.get(other)) is not None]
        for (first, a), (second, b) in pairwise(known):
            if a > b:
                raise MerError(
                    f"The {first} cannot come after the {second}: move or clear the "
                    f"{second if name == first else first} mark first."
                )
        return new

    @property
    def measurable(self) -> bool:
        """Whether there is a movement to measure: an apex later than its onset."""
        return self.onset is not None and self.apex is not None and self.onset < self.apex


@dataclass(frozen=True)
class Annotation:
    """What one coder says of one expression of one clip."""

    clip: int
    expression: int = 1
    coder: str = ""
    marks: Marks = field(default_factory=Marks)
    emotion: str = ""
    action_units: str = ""  # as written, see `parse_action_units`
    notes: str = ""
