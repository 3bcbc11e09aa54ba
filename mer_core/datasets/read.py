"""Reading a data set: folder → clips with their expressions and a report. Nothing is written, no project is asked."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mer_core.annotation import parse_action_units, unknown_units
from mer_core.annotation.emotions import emotion_word
from mer_core.clips import open_clip
from mer_core.clips.folder import DEFAULT_FPS, frames_fingerprint, numbered_frames
from mer_core.counted import counted
from mer_core.datasets.coding import Coding, find_coding
from mer_core.datasets.dataset import Coded, DataSet, Key, NotUsed, Row
from mer_core.datasets.folders import FrameFolder, frame_folders
from mer_core.datasets.found import FoundClip, FoundExpression, ImportReport, Line, Reading
from mer_core.datasets.place import place_marks
from mer_core.errors import ClipError, MerError
from mer_core.progress import Progress, silent
from mer_core.subjects import is_named

_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\0", b"MM\0*")


def read_dataset(
    dataset: DataSet,
    folder: Path,
    *,
    coding_file: Path | None = None,
    kind: str = "",
    macro: bool = False,
    progress: Progress = silent,
) -> Reading:
    """Find the coding and the frames of a data set and bring them together.

    folder: as unpacked. coding_file: where it is not found by itself. kind: of frames (``raw``, ``cropped``, …); else
    the set's usual kind, or the one that is there. macro: take macro-expressions along.

    Raises MerError where there is no coding or there are no frames.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MerError(f"There is no folder {folder}: choose the folder of {dataset.title} as it was unpacked.")
    if kind and kind not in dataset.kinds:
        raise MerError(f"{dataset.title} has no frames of the kind “{kind}”: choose {' or '.join(dataset.kinds)}.")
    progress(0, 0, "Reading the coding file")
    coding = find_coding(dataset, folder, coding_file)
    folders, problems = frame_folders(folder, progress)
    places = _Places(dataset, folders, kind)
    if not places.folders:
        wanted = f"{kind} frames" if kind else "frames"
        raise MerError(f"There are no {wanted} of {dataset.title} in {folder}: choose the folder it was unpacked to.")
    collector = _Collector(dataset, places, macro)
    if coding is not None:
        collector.take_rows(coding)
    collector.take_folders_without_row()
    clips = collector.clips(progress)
    report = collector.report(folder, coding, clips, [*places.remarks, *problems])
    return Reading(clips, report, tuple(collector.unnamed))


class _Places:
    """Folders of frames by key, of one kind."""

    def __init__(self, dataset: DataSet, found: Sequence[FrameFolder], kind: str) -> None:
        by_kind: dict[str, dict[Key, FrameFolder]] = {}
        self.remarks: list[str] = []
        for each in found:
            key = dataset.key_of_folder(each)
            if key is None:
                continue
            same = by_kind.setdefault(dataset.kind_of_folder(each), {})
            if key in same:
                self.remarks.append(f"{each.path} and {same[key].path} are one clip by name: the latter was taken.")
            else:
                same[key] = each
        there = [one for one in dataset.kinds if one in by_kind]
        self.kind = kind or (there[0] if there else "")
        self.folders = by_kind.get(self.kind, {})
        if not kind:  # a video stands in where there are no frames
            self.folders = {**by_kind.get("video", {}), **self.folders}
        others = [one for one in there if one != self.kind]
        if others and self.folders:
            self.remarks.append(f"The {self.kind} frames were taken; {' and '.join(others)} ones are there as well.")
        self._loose: dict[Key, list[Key]] = {}
        for key in self.folders:
            self._loose.setdefault(_loosely(key), []).append(key)

    def find(self, key: Key, taken: set[Key]) -> Key | None:
        """The folder of a key: of just that name, else the only one of nearly that name that no row names."""
        if key in self.folders:
            return key
        near = [each for each in self._loose.get(_loosely(key), []) if each not in taken]
        return near[0] if len(near) == 1 else None


def _loosely(key: Key) -> Key:
    """A key without leading zeros, signs and a last letter: ``EP01_2`` is nearly ``EP01_02f``."""
    return tuple("_".join(str(int(digits)) for digits in re.findall(r"[0-9]+", part)) or part for part in key)


@dataclass
class _Collector:
    dataset: DataSet
    places: _Places
    macro: bool = False
    rows: int = 0
    found: dict[Key, list[Coded]] = field(default_factory=dict)
    unused: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    unnamed: list[Path] = field(default_factory=list)
    rate_assumed: int = 0  # clips of pictures whose frame rate neither the set nor the user says

    def take_rows(self, coding: Coding) -> None:
        """Bring each row to its folder."""
        keyed: list[tuple[Row, Key]] = []
        for row in coding.rows:
            self.rows += 1
            try:
                if not row.text("clip"):
                    raise NotUsed(f"it names no clip (“{_first(row)}”)")
                keyed.append((row, self.dataset.key_of_row(row, coding.tables)))
            except NotUsed as reason:
                self.unused.append(Line(row.number, row.text("clip")[:60], str(reason)))
        named = {key for _, key in keyed}
        for row, key in keyed:
            try:
                coded = self.dataset.read_row(row)
            except NotUsed as reason:
                self.unused.append(Line(row.number, _name(row), str(reason)))
                continue
            place = self.places.find(key, named)
            if place is None:
                why = "its frames are not there" if key[0] else "it names no subject and no frames fit it"
                if not any(each.onset or each.offset for each in coded):
                    why = "it is no coding of a clip"
                self.unused.append(Line(row.number, _name(row), why))
                continue
            if not self.macro and any(each.macro for each in coded):
                self.unused.append(Line(row.number, _name(row), "it is a macro-expression, which were not asked for"))
                continue
            if place != key:
                self.notes.append(Line(row.number, _name(row), f"its frames were found as {'/'.join(place)}"))
            self.found.setdefault(place, []).extend(coded)

    def take_folders_without_row(self) -> None:
        """Folders that no row names: some sets say by the folder alone what is in it."""
        for key, folder in self.places.folders.items():
            if key in self.found:
                continue
            try:
                coded = self.dataset.without_row(folder, _look_at(folder, self.dataset.fps)[0])
            except ClipError:
                coded = None
            if coded is not None:
                self.found[key] = [coded]
            else:
                self.unnamed.append(folder.path)
                self.notes.append(Line(0, "/".join(folder.parts[-2:]), "its frames are there, but no row names it"))

    def clips(self, progress: Progress) -> tuple[FoundClip, ...]:
        """Look at the frames of each folder that a row names."""
        clips = []
        for done, (key, rows) in enumerate(sorted(self.found.items(), key=lambda item: item[1][0].row.number)):
            progress(done, len(self.found), f"Reading {'/'.join(key)}")
            clip = self._clip(key, rows)
            if clip is not None:
                clips.append(clip)
        progress(len(self.found), len(self.found), "Read")
        return tuple(sorted(clips, key=lambda clip: clip.path))

    def _clip(self, key: Key, rows: list[Coded]) -> FoundClip | None:
        folder = self.places.folders[key]
        try:
            numbers, fps, mark, wrong = _look_at(folder, self.dataset.fps)
        except (ClipError, OSError) as error:
            self.unused += [Line(each.row.number, _name(each.row), str(error)) for each in rows]
            return None
        self.rate_assumed += not folder.video and not self.dataset.fps
        for file in wrong:
            self.notes.append(Line(rows[0].row.number, _name(rows[0].row), f"its frame {file.name} is no picture"))
        expressions: list[FoundExpression] = []
        rows_by_content: dict[tuple[object, ...], int] = {}
        for coded in rows:
            try:
                settled = self.dataset.settle(coded, folder, numbers)
                said = (settled.onset, settled.apex, settled.offset, settled.emotion, settled.action_units)
                if (first := rows_by_content.setdefault(said, coded.row.number)) != coded.row.number:
                    raise NotUsed(f"it repeats row {first}")
            except NotUsed as reason:
                others = sum(each.row is coded.row for each in rows) > 1
                (self.notes if others else self.unused).append(Line(coded.row.number, _name(coded.row), str(reason)))
                continue
            expressions.append(self._expression(settled, numbers))
        if not expressions:  # where the set's folders say enough by themselves
            alone = self.dataset.without_row(folder, numbers)
            if alone is None:
                return None
            self.unused = [line for line in self.unused if line.row not in {each.row.number for each in rows}]
            expressions.append(self._expression(replace(alone, row=rows[0].row), numbers))
        expressions.sort(key=lambda each: (each.marks.onset is None, each.marks.onset, each.row))
        return FoundClip(
            folder.path, "/".join(folder.parts[-2:]), self.dataset.label, self._subject(key, folder, rows), fps,
            len(numbers), mark, tuple(expressions),
        )  # fmt: skip

    def _subject(self, key: Key, folder: FrameFolder, rows: list[Coded]) -> str:
        return self.dataset.subject(key, folder) or rows[0].row.text("subject")

    def _expression(self, coded: Coded, numbers: Sequence[int]) -> FoundExpression:
        marks, said = place_marks(coded, numbers)
        units, notes = coded.action_units, coded.notes
        try:
            unknown = unknown_units(parse_action_units(units))
        except MerError:
            said.append(f"“{units}” cannot be read as action units; it is kept in the notes")
            units, notes = "", "\n".join(filter(None, (notes, f"Action units as written: {units}")))
        else:
            said += [f"FACS has no action unit {number}; it is kept as written" for number in unknown]
        emotion = emotion_word(coded.emotion)
        if not emotion and coded.row.number:
            said.append("it names no emotion")
        name = _name(coded.row)
        self.notes += [Line(coded.row.number, name, text) for text in (*coded.remarks, *said)]
        return FoundExpression(coded.row.number, marks, emotion, units, notes)

    def report(
        self, folder: Path, coding: Coding | None, clips: tuple[FoundClip, ...], remarks: list[str]
    ) -> ImportReport:
        """All of it in figures."""
        expressions = [each for clip in clips for each in clip.expressions]
        if unnamed := sum(not is_named(clip.subject) for clip in clips):
            remarks = [
                *remarks,
                f"Nothing names the subject of {counted(unnamed, 'clip')}: it is not taken from the clip's name, and "
                "training leaves such clips out until somebody says who is in them.",
            ]
        if self.rate_assumed:
            remarks = [
                *remarks,
                f"The pictures of {counted(self.rate_assumed, 'clip')} say no frame rate: {DEFAULT_FPS:g} frames a "
                "second are assumed. If they were recorded otherwise, import again with their rate, on which times and "
                "durations hang.",
            ]
        counts = Counter(each.emotion or "none named" for each in expressions)
        order = {name: place for place, name in enumerate(self.dataset.published)}
        return ImportReport(
            dataset=self.dataset.name,
            title=self.dataset.title,
            folder=str(folder),
            coding_file=str(coding.file) if coding else "",
            sheet=coding.sheet if coding else "",
            frames=self.places.kind,
            rows=self.rows,
            expressions=len(expressions),
            clips=len(clips),
            subjects=len({clip.subject for clip in clips} - {""}),
            unused=tuple(sorted(self.unused, key=lambda line: line.row)),
            notes=tuple(sorted(self.notes, key=lambda line: (line.row == 0, line.row))),
            remarks=(*(coding.remarks if coding else ("There is no coding file: folders alone were read.",)), *remarks),
            counts={name: counts[name] for name in sorted(counts, key=lambda one: (order.get(one, 99), one))},
            published=dict(self.dataset.published),
            published_total=self.dataset.published_total,
        )


def _name(row: Row) -> str:
    return "/".join(part for part in (row.text("subject"), row.text("clip")) if part)


def _first(row: Row) -> str:
    return next((text[:60] for name in row.cells if (text := row.text(name))), "")


def _look_at(folder: FrameFolder, fps: float) -> tuple[Sequence[int], float, str, list[Path]]:
    """Frame numbers, frame rate and fingerprint of a clip, and what in it is no picture though its name says so."""
    if folder.video:
        with open_clip(folder.path, fps or None) as clip:
            return clip.numbers, clip.fps, clip.fingerprint(), []
    files, numbers = numbered_frames(folder.path)
    wrong = [file for file in {files[0], files[-1]} if not _is_picture(file)]
    return numbers, fps or DEFAULT_FPS, frames_fingerprint(files), wrong


def _is_picture(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4).startswith(_SIGNATURES)
