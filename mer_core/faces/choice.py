"""Which face of a clip is measured, where the user has said so."""

import math
from dataclasses import dataclass
from typing import Self

from mer_core.errors import MerError

_WHOLE = "whole frame"


@dataclass(frozen=True)
class FaceChoice:
    """The face nearest to (x, y), pixels of the picture, in the frame of index `index`; None: no face, the whole frame.

    As text, ``whole frame`` or ``frame 12 at 310.5 204``: how a project keeps it.
    """

    index: int | None = None
    x: float = 0.0
    y: float = 0.0

    @property
    def whole_frame(self) -> bool:
        """Whether the whole frame is measured in place of a face."""
        return self.index is None

    def __str__(self) -> str:
        return _WHOLE if self.index is None else f"frame {self.index} at {self.x:g} {self.y:g}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """From the text; None where it is empty: nothing was chosen. Raises MerError where it says neither."""
        if not text:
            return None
        if text == _WHOLE:
            return cls()
        try:
            frame, index, at, x, y = text.split()
            if (frame, at) != ("frame", "at"):
                raise ValueError(text)
            choice = cls(int(index), float(x), float(y))
            if int(index) < 0 or not (math.isfinite(choice.x) and math.isfinite(choice.y)):
                raise ValueError(text)
            return choice
        except ValueError as error:
            raise MerError(
                f"“{text}” names no face: choose the clip's face anew, as “{_WHOLE}” or like “frame 12 at 310 204”."
            ) from error


WHOLE_FRAME = FaceChoice()
