"""One suggested mark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """index: its frame index. confidence: 0..1, how probable it is that it is right, as the coder sees it."""

    index: int
    confidence: float
