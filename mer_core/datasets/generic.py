"""Any other data set: a pattern by which clips lie in folders, and perhaps a table whose columns one names.

A pattern such as ``{subject}/{emotion}/{clip}`` is matched from the clip's own name upwards; without a table it alone
says whose a clip is and what it shows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from mer_core.clips.opening import LEAST_FPS, MOST_FPS
from mer_core.datasets.columns import FIELDS, plain
from mer_core.datasets.dataset import Coded, DataSet, Key, Row
from mer_core.datasets.folders import FrameFolder
from mer_core.errors import MerError

PLACEHOLDERS = ("subject", "emotion", "clip")
DEFAULT_PATTERN = "{subject}/{clip}"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Pattern:
    """Where subject, emotion and clip stand in a clip's path. ``*`` is any text within a name."""

    text: str = DEFAULT_PATTERN

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in PLACEHOLDERS]
        if unknown or re.search(r"[{}]", _PLACEHOLDER.sub("", self.text)):
            raise MerError(f"“{self.text}” is no pattern: its parts are {{subject}}, {{emotion}} and {{clip}}.")
        if "clip" not in self.names or len(set(self.names)) < len(self.names):
            raise MerError(f"“{self.text}” is no pattern: it must name {{clip}}, and nothing twice.")

    @property
    def names(self) -> list[str]:
        """The placeholders in it."""
        return _PLACEHOLDER.findall(self.text)

    @property
    def depth(self) -> int:
        """How many names of a path it reads, from the last one up."""
        return self.text.strip("/").count("/") + 1

    def match(self, parts: Sequence[str]) -> dict[str, str] | None:
        """What the last parts of a clip's path say, or None where the path is not of this pattern."""
        text = self.text.strip("/")
        pieces = []
        for piece in re.split(r"(\{\w+\}|\*)", text):
            name = _PLACEHOLDER.fullmatch(piece)
            pieces.append("[^/]*" if piece == "*" else f"(?P<{name[1]}>[^/]+)" if name else re.escape(piece))
        found = re.fullmatch("".join(pieces), "/".join(parts[-self.depth :]), re.IGNORECASE)
        return found.groupdict() if found and len(parts) >= self.depth else None


@dataclass(frozen=True)
class Layout:
    """What one says of an own data set. columns: heading by field of `FIELDS`; none: there is no table. fps 0: as the
    videos say, 100 for folders.
    """

    name: str = "own clips"
    fps: float = 0.0
    pattern: str = DEFAULT_PATTERN
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


def generic_set(layout: Layout) -> DataSet:
    """The data set of a layout. Raises MerError, one sentence, where it does not make one."""
    pattern = Pattern(layout.pattern)
    columns = {name: heading for name, heading in layout.columns.items() if heading}
    unknown = [name for name in columns if name not in FIELDS]
    if unknown:
        raise MerError(f"There is no field “{unknown[0]}”: columns can be given for {', '.join(FIELDS)}.")
    if columns and "clip" not in columns:
        raise MerError("A table needs a column that names the clip: say which.")
    if not layout.name.strip() or not (layout.fps == 0 or LEAST_FPS <= layout.fps <= MOST_FPS):
        raise MerError(f"An own data set needs a name, and frames per second from {LEAST_FPS:g} to {MOST_FPS:.0f}.")

    def found_in(folder: FrameFolder) -> dict[str, str]:
        return pattern.match(folder.parts[1:]) or {}  # the root's own name is no part of it

    def key_of_folder(folder: FrameFolder) -> Key | None:
        found = found_in(folder)
        if not found:
            return None
        if not columns:
            return found.get("subject", ""), found.get("emotion", ""), found["clip"]
        return _plain(found.get("subject", "")) if "subject" in columns else "", found["clip"].casefold()

    def key_of_row(row: Row, _tables: Sequence[object]) -> Key:
        path = PurePosixPath(row.text("clip").replace("\\", "/"))
        name = path.stem if re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{2,3}", path.suffix) else path.name
        return _plain(row.text("subject")) if "subject" in pattern.names else "", name.casefold()

    def settle(coded: Coded, folder: FrameFolder, _numbers: Sequence[int]) -> Coded:
        return coded if coded.emotion else replace(coded, emotion=found_in(folder).get("emotion", ""))

    def without_row(folder: FrameFolder, _numbers: Sequence[int]) -> Coded | None:
        return (
            None if columns else Coded(Row(0, {"clip": folder.parts[-1]}), emotion=found_in(folder).get("emotion", ""))
        )

    return DataSet(
        name=layout.name.strip(),
        title=layout.name.strip(),
        fps=layout.fps,
        coding=(),
        subject=lambda _key, folder: found_in(folder).get("subject", ""),
        sheets=(layout.sheet,) if layout.sheet else (),
        required=tuple(columns),
        own_headings={name: (plain(heading),) for name, heading in columns.items()},
        only_own_headings=True,
        kinds=("all",),
        kind_of_folder=lambda _folder: "all",
        key_of_folder=key_of_folder,
        key_of_row=key_of_row,
        settle=settle,
        without_row=without_row,
        optional_coding=not columns,
    )


def _plain(subject: str) -> str:
    return str(int(subject)) if subject.isascii() and subject.isdigit() else subject.casefold()
