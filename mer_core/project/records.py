"""The rows of a project's tables as values."""

from dataclasses import dataclass
from typing import Literal

from mer_core.annotation import Annotation
from mer_core.annotation.annotation import MarkName


@dataclass(frozen=True)
class ClipRecord:
    """A clip the project knows. ``path`` is as stored: relative to the project folder where it can be.

    fingerprint: `Clip.fingerprint` when it was added, to know it again where it was moved; empty where none was taken.
    face: which face is measured, as the text of a `FaceChoice`; empty: the largest.
    """

    id: int
    path: str
    dataset: str
    subject: str
    fps: float
    frames: int
    fingerprint: str = ""
    face: str = ""

    @property
    def name(self) -> str:
        """What a list shows: the last part of the path."""
        return self.path.rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Decision:
    """What a coder did with one mark that was suggested.

    suggested: its frame index; frame: where it was marked in the end, None where it was refused. confidence: 0..1, as
    it was shown. at: UTC, ISO 8601. One clip, coder, mark and suggested frame have one decision.
    """

    clip: int
    expression: int
    coder: str
    mark: MarkName
    suggested: int
    confidence: float
    decision: Literal["accepted", "moved", "refused"]
    frame: int | None
    at: str


Record = ClipRecord | Annotation | Decision


@dataclass(frozen=True)
class Change:
    """One record before and after; None before: it is added, None after: it is removed."""

    old: Record | None
    new: Record | None

    @property
    def reverse(self) -> "Change":
        """The change that takes this one back."""
        return Change(self.new, self.old)

    @property
    def clip(self) -> int:
        """The id of the clip it concerns."""
        record = self.new or self.old
        if record is None:
            raise ValueError("a change needs a record before or after")
        return record.id if isinstance(record, ClipRecord) else record.clip
