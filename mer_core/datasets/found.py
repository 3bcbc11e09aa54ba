"""What was found of a data set: clips with their expressions, before any project hears of them."""

from dataclasses import dataclass, field
from pathlib import Path

from mer_core.annotation import Marks


@dataclass(frozen=True)
class FoundExpression:
    """One coded expression. ``row``: of the coding file, as a spreadsheet counts; 0 where it has none.

    ``marks`` are indices into the frames on disk.
    """

    row: int
    marks: Marks
    emotion: str = ""
    action_units: str = ""
    notes: str = ""


@dataclass(frozen=True)
class FoundClip:
    """A clip on disk and what was said of it. ``name``: how a report calls it."""

    path: Path
    name: str
    dataset: str
    subject: str
    fps: float
    frames: int
    fingerprint: str
    expressions: tuple[FoundExpression, ...]


@dataclass(frozen=True)
class Line:
    """One thing worth saying of a row (0: of no row) and the clip it is about."""

    row: int
    clip: str
    text: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.clip) if part)
        return f"{where}: {self.text}" if where else self.text


@dataclass(frozen=True)
class ImportReport:
    """What an import read, used and could not use. All of it can be kept as JSON.

    rows: of the coding file below its header that hold anything. unused: each row that gave no expression, and why.
    notes: what coding file and frames on disk disagree on, and what was made of it. remarks: on the whole.
    counts: expressions a class, by the words of `emotion_word`; published: as the data set's authors count.
    """

    dataset: str
    title: str
    folder: str
    coding_file: str = ""
    sheet: str = ""
    frames: str = ""
    rows: int = 0
    expressions: int = 0
    clips: int = 0
    subjects: int = 0
    unused: tuple[Line, ...] = ()
    notes: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    published_total: int = 0


@dataclass(frozen=True)
class Reading:
    """A data set as it was found: the clips, and the report on them. ``unnamed``: frames that no row names."""

    clips: tuple[FoundClip, ...]
    report: ImportReport
    unnamed: tuple[Path, ...] = ()
