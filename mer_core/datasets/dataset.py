"""What one data set has of its own: names, places, published counts; its quirks as a few functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mer_core.datasets.cells import frame_number, text_of
from mer_core.datasets.columns import HEADINGS
from mer_core.datasets.folders import FrameFolder
from mer_core.datasets.tables import Cell, Table

Key = tuple[str, ...]
"""What tells a data set's clips apart, in rows and in folders alike: subject, clip."""


@dataclass(frozen=True)
class Row:
    """One row of a coding: cells by field; ``number`` as a spreadsheet counts."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """A cell as text, empty where there is none."""
        return text_of(self.cells.get(name))


@dataclass(frozen=True)
class Coded:
    """What a row says, in its own frame numbers; None where it says none. ``remarks``: sentences on how it was read.

    macro: a macro-expression, taken along only where asked for.
    """

    row: Row
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    emotion: str = ""
    action_units: str = ""
    notes: str = ""
    remarks: tuple[str, ...] = ()
    macro: bool = False

    def with_remarks(self, *remarks: str, **changes: Any) -> "Coded":
        """The same with more said, and some of it changed."""
        return replace(self, remarks=self.remarks + remarks, **changes)


class NotUsed(Exception):  # noqa: N818 - a reason for the report
    """Raised for a row that gives no expression; its text is the reason."""


def read_row(row: Row) -> list[Coded]:
    """A row of the usual columns as one expression."""
    frames: dict[str, int | None] = {}
    problems = []
    for name in ("onset", "apex", "offset"):
        frames[name], problem = frame_number(row.cells.get(name))
        if problem:
            problems.append(f"{name}: {problem}; it is left unmarked")
    return [
        Coded(
            row,
            frames["onset"],
            frames["apex"],
            frames["offset"],
            row.text("emotion"),
            row.text("action_units"),
            row.text("notes"),
            tuple(problems),
        )
    ]


def named_by_row(row: Row, _tables: Sequence[Table]) -> Key:
    """Rows name subject and clip as the folders do, but for zeros and letters before the subject's number."""
    return subject_number(row.text("subject")), row.text("clip").casefold()


def as_read(coded: Coded, _folder: FrameFolder, _numbers: Sequence[int]) -> Coded:
    """The folder adds nothing to the row."""
    return coded


def nothing_without_row(_folder: FrameFolder, _numbers: Sequence[int]) -> Coded | None:
    """A folder says nothing by itself."""
    return None


def by_subject_and_clip(folder: FrameFolder) -> Key | None:
    """``…/sub01/EP02_01f``: the last folder is the clip, the one above it the subject."""
    if len(folder.parts) < 2:
        return None
    subject = subject_number(folder.parts[-2])
    return (subject, folder.parts[-1].casefold()) if subject else None


def subject_number(text: str) -> str:
    """The first number in a subject's name, without leading zeros: ``sub01``, ``s1``, ``1.0`` → ``1``; else empty."""
    digits = ""
    for sign in text.removesuffix(".0"):
        if sign.isascii() and sign.isdigit():
            digits += sign
        elif digits:
            break
    return str(int(digits)) if digits else ""


def raw_or_cropped(folder: FrameFolder) -> str:
    """The kind of frames in a folder, or of a video."""
    if folder.video:
        return "video"
    return "cropped" if folder.cropped else "raw"


@dataclass(frozen=True)
class DataSet:
    """How a data set lies on disk.

    coding: patterns of the coding file's name, lower case. sheets: where the coding is, first choice first.
    positions: columns of a coding without a header. required: fields without which a header is none.
    own_headings: of this set alone, before the usual ones. kinds: of frames, preferred ones first.
    subject: the subject's name on a clip; empty: as the row has it. fps: of the recording; 0: as the clip says.
    people: data sets of the same people share this name, so that nobody is trained and tested on; else ``name``.
    optional_coding: folders alone say enough.
    apex_coded: False where the set's coders marked none.
    settle: last word on a row once its folder is known. without_row: what a folder says that no row names.
    """

    name: str
    title: str
    fps: float
    coding: tuple[str, ...]
    subject: Callable[[Key, FrameFolder], str]
    people: str = ""
    sheets: tuple[str, ...] = ()
    positions: Mapping[str, int] | None = None
    required: tuple[str, ...] = ("clip", "onset", "offset")
    own_headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_own_headings: bool = False
    kinds: tuple[str, ...] = ("raw", "cropped", "video")
    key_of_folder: Callable[[FrameFolder], Key | None] = by_subject_and_clip
    key_of_row: Callable[[Row, Sequence[Table]], Key] = named_by_row
    kind_of_folder: Callable[[FrameFolder], str] = raw_or_cropped
    read_row: Callable[[Row], list[Coded]] = read_row
    settle: Callable[[Coded, FrameFolder, Sequence[int]], Coded] = as_read
    without_row: Callable[[FrameFolder, Sequence[int]], Coded | None] = nothing_without_row
    optional_coding: bool = False
    apex_coded: bool = True
    published: Mapping[str, int] = field(default_factory=dict)
    published_total: int = 0

    @property
    def label(self) -> str:
        """The data set's name on clips and in features."""
        return self.people or self.name

    @property
    def headings(self) -> dict[str, tuple[str, ...]]:
        """Headings by field, this set's own first."""
        if self.only_own_headings:
            return dict(self.own_headings)
        names = [*HEADINGS, *(name for name in self.own_headings if name not in HEADINGS)]
        return {name: self.own_headings.get(name, ()) + HEADINGS.get(name, ()) for name in names}
