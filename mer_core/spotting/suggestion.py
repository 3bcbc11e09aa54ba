"""A movement as it is offered to a coder: onset, apex and offset, each with how far it can be relied on."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

MICRO = 0.5  # seconds from onset to offset below which an expression is a micro-expression
NEAR = (6, 3, 6)  # frames from the truth within which onset, apex and offset count as right


@dataclass(frozen=True)
class Suggestion:
    """onset, apex, offset: frame indices; None where the movement began before the clip or ended after it.

    confidence: 0..1, how probable it is that there is such a movement and that its apex is right, that is, within 3
    frames. onset_confidence, offset_confidence: the same for those, within 6 frames. pixels: how far the tenth of the
    face that moves most does so, in pixels of the source. regions: where it moves most, the strongest first; empty
    without a mesh. seconds: from onset to offset, as far as both are seen.
    """

    onset: int | None
    apex: int
    offset: int | None
    confidence: float
    onset_confidence: float
    offset_confidence: float
    pixels: float
    regions: tuple[str, ...]
    seconds: float

    @property
    def kind(self) -> Literal["micro", "macro", "open"]:
        """By its duration: a micro-expression lasts less than half a second; open: its beginning or end is not seen."""
        if self.seconds >= MICRO:
            return "macro"
        return "open" if self.onset is None or self.offset is None else "micro"

    @property
    def first(self) -> int:
        """Its first frame that is known."""
        return self.apex if self.onset is None else self.onset

    @property
    def last(self) -> int:
        """Its last frame that is known."""
        return self.apex if self.offset is None else self.offset

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From `to_dict`'s values."""
        return cls(**{**values, "regions": tuple(values["regions"])})
