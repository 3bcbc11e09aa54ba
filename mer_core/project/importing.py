"""Bringing a data set that was read into a project: first the difference, then what is chosen of it, in one edit.

The set's coding is kept under a coder named after the set, which nobody edits. Each expression is also taken over as
the project's own coder's, to be shown, edited and trained on, where that coder has said nothing of it yet; what they
edited since is replaced only where asked for. The published coding stays beside one's own, to compare and go back to.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from mer_core.annotation import Annotation, Marks
from mer_core.datasets.found import FoundClip, FoundExpression, Reading
from mer_core.project.project import Project
from mer_core.project.records import Change, ClipRecord

Kind = Literal["clip", "changed clip", "expression", "changed", "edited", "gone"]

MIDDLE = "Apex: the middle of onset and offset, not coded"


@dataclass(frozen=True)
class Item:
    """One difference. ``by_default``: whether it is taken unless one says otherwise."""

    kind: Kind
    clip: str
    text: str
    changes: tuple[Change, ...]
    by_default: bool = True


@dataclass(frozen=True)
class Difference:
    """What an import would change in a project; nothing where all of it is there already."""

    items: tuple[Item, ...]
    title: str

    @property
    def action(self) -> str:
        """What the edit is called."""
        return f"Import {self.title}"

    def changes(self, items: Sequence[Item] | None = None) -> list[Change]:
        """The changes of the items chosen (None: those by default), clips first."""
        chosen = [item for item in self.items if item.by_default] if items is None else items
        changes = [change for item in chosen for change in item.changes]
        return sorted(changes, key=lambda change: not isinstance(change.new or change.old, ClipRecord))


def difference(
    project: Project, reading: Reading, *, coder: str | None = None, middle_apex: bool = False
) -> Difference:
    """Compare a reading with what a project holds. Nothing is written.

    coder: who takes the labels over as their own; None: the project's coder, empty: nobody. middle_apex: where no apex
    is coded, take over the middle of onset and offset and say so in the notes; the set's own annotation stays without.
    """
    return _Comparison(project, reading, project.coder if coder is None else coder, middle_apex).run()


class _Comparison:
    def __init__(self, project: Project, reading: Reading, coder: str, middle_apex: bool) -> None:
        self._project, self._reading = project, reading
        self._source = reading.report.title
        self._coder = coder if coder != self._source else ""
        self._middle = middle_apex
        self._clips = {clip.path: clip for clip in project.clips()}
        self._moved = {
            clip.fingerprint: clip
            for clip in self._clips.values()
            if clip.fingerprint and not project.full_path(clip).exists()
        }
        self._said: dict[int, list[Annotation]] = {}
        for each in project.annotations():
            self._said.setdefault(each.clip, []).append(each)
        self._next = project.next_clip_id()
        self._items: list[Item] = []

    def run(self) -> Difference:
        pairs = []
        for found in self._reading.clips:
            stored = self._project.stored_path(found.path)
            pairs.append((found, stored, self._clips.get(stored) or self._moved.get(found.fingerprint)))
        known = {clip.id for _, _, clip in pairs if clip is not None}
        self._fresh = not any(each.coder == self._coder for clip in known for each in self._said.get(clip, []))
        for found, stored, clip in pairs:
            if clip is None:
                self._add(found, stored)
            else:
                self._compare(clip, found, stored)
        for path in self._reading.unnamed:
            clip = self._clips.get(self._project.stored_path(path))
            if clip is not None:
                published = [each for each in self._said.get(clip.id, []) if each.coder == self._source]
                self._take_back(clip.name, published, self._said.get(clip.id, []))
        return Difference(tuple(self._items), self._source)

    def _add(self, found: FoundClip, stored: str) -> None:
        record = _record(found, self._next, stored)
        self._next += 1
        changes = [Change(None, record)]
        for number, expression in enumerate(found.expressions, 1):
            published = self._annotation(record.id, number, expression)
            changes += [Change(None, each) for each in (published, self._own(published)) if each is not None]
        words = ", ".join(dict.fromkeys(each.emotion or "no emotion" for each in found.expressions))
        self._items.append(Item("clip", found.name, f"new clip: {words}", tuple(changes)))

    def _compare(self, known: ClipRecord, found: FoundClip, stored: str) -> None:
        new = _record(found, known.id, stored)
        record = replace(
            known,
            path=new.path,
            dataset=new.dataset,
            subject=new.subject,
            fps=new.fps,
            frames=new.frames,
            fingerprint=new.fingerprint,
        )
        if record != known:
            by_hand = any(action.startswith("Change ") for _, _, action, _ in self._project.history(known.id))
            text = _clip_text(known, record) + ("; it was changed by hand and is kept" if by_hand else "")
            self._items.append(Item("changed clip", found.name, text, (Change(known, record),), not by_hand))
        said = self._said.get(known.id, [])
        published = [each for each in said if each.coder == self._source]
        numbers, gone = _numbered(found.expressions, published, [each for each in said if each.coder != self._source])
        for expression, number in zip(found.expressions, numbers, strict=True):
            self._compare_expression(found.name, said, self._annotation(known.id, number, expression))
        self._take_back(found.name, gone, said)

    def _take_back(self, clip: str, gone: Sequence[Annotation], said: list[Annotation]) -> None:
        """Offer to remove what the coding no longer says, and the own coder's copy if it is one still."""
        for old in gone:
            changes = [Change(old, None)]
            mine = _of(said, self._coder, old.expression)
            if mine is not None and mine == self._own(old):
                changes.append(Change(mine, None))
            text = f"expression {old.expression} ({_says(old)}) is no longer in the coding"
            self._items.append(Item("gone", clip, text, tuple(changes)))

    def _compare_expression(self, clip: str, said: list[Annotation], new: Annotation) -> None:
        old = _of(said, self._source, new.expression)
        mine, copy = _of(said, self._coder, new.expression), self._own(new)
        changes = [] if old == new else [Change(old, new)]
        follows = old is not None and mine is not None and mine == self._own(old)
        wanted = mine is None and (old is None or self._fresh)
        if copy is not None and copy != mine and (wanted or follows):
            changes.append(Change(mine, copy))
        if changes:
            text = f"new expression: {_says(new)}" if old is None else _changed_text(old, new)
            text = text or f"taken over as {self._coder}'s: {_says(new)}"
            self._items.append(Item("expression" if old is None else "changed", clip, text, tuple(changes)))
        if old != new and copy is not None and mine is not None and mine != copy and not follows:
            text = f"{self._coder}'s own coding differs and is kept: {_changed_text(mine, copy)}"
            self._items.append(Item("edited", clip, text, (Change(mine, copy),), by_default=False))

    def _annotation(self, clip: int, number: int, found: FoundExpression) -> Annotation:
        return Annotation(clip, number, self._source, found.marks, found.emotion, found.action_units, found.notes)

    def _own(self, published: Annotation) -> Annotation | None:
        """A published annotation as the project's coder takes it over."""
        if not self._coder:
            return None
        own = replace(published, coder=self._coder)
        onset, apex, offset = own.marks.onset, own.marks.apex, own.marks.offset
        if not self._middle or apex is not None or onset is None or offset is None or offset <= onset:
            return own
        notes = f"{own.notes}\n{MIDDLE}".strip()
        return replace(own, marks=Marks(onset, (onset + offset + 1) // 2, offset), notes=notes)


def _record(found: FoundClip, clip_id: int, stored: str) -> ClipRecord:
    return ClipRecord(clip_id, stored, found.dataset, found.subject, found.fps, found.frames, found.fingerprint)


def _of(said: list[Annotation], coder: str, expression: int) -> Annotation | None:
    return next((each for each in said if (each.coder, each.expression) == (coder, expression)), None)


def _numbered(
    found: Sequence[FoundExpression], published: Sequence[Annotation], others: Sequence[Annotation]
) -> tuple[list[int], list[Annotation]]:
    """Which expression of the clip each is: one known from the last import, or one that others have marked at the same
    place, or a new one; and the annotations of the last import that none of them is.
    """
    numbers: dict[int, int] = {}
    for said in (published, others):
        taken: set[int] = set(numbers.values())
        left = {each.expression: each for each in said if each.expression not in taken}
        for same in (_equal, _near):
            _match(found, left, numbers, same)
        unnamed = [place for place in range(len(found)) if place not in numbers]
        if len(unnamed) == len(left) == 1 and len(found) == 1:
            numbers[unnamed[0]] = next(iter(left))
            left.clear()
        if said is published:
            gone = list(left.values())
    used = {each.expression for each in (*published, *others)} | set(numbers.values())
    for place in range(len(found)):
        if place not in numbers:
            numbers[place] = next(number for number in range(1, len(used) + 2) if number not in used)
            used.add(numbers[place])
    return [numbers[place] for place in range(len(found))], gone


def _match(
    found: Sequence[FoundExpression],
    left: dict[int, Annotation],
    numbers: dict[int, int],
    same: Callable[[Marks, Marks], bool],
) -> None:
    for place, expression in enumerate(found):
        if place in numbers:
            continue
        match = next((each for each in left.values() if same(each.marks, expression.marks)), None)
        if match is not None:
            numbers[place] = match.expression
            del left[match.expression]


def _equal(one: Marks, other: Marks) -> bool:
    return one == other


def _near(one: Marks, other: Marks) -> bool:
    """Whether two markings overlap in time, or share a mark."""
    shared = any(a is not None and a == b for a, b in zip(astuple(one), astuple(other), strict=True))
    ends = one.onset, one.offset, other.onset, other.offset
    if any(end is None for end in ends):
        return shared
    return shared or max(one.onset or 0, other.onset or 0) <= min(one.offset or 0, other.offset or 0)


def astuple(marks: Marks) -> tuple[int | None, int | None, int | None]:
    """Onset, apex, offset."""
    return marks.onset, marks.apex, marks.offset


def _says(annotation: Annotation) -> str:
    places = "–".join("·" if place is None else str(place) for place in astuple(annotation.marks))
    return f"{annotation.emotion or 'no emotion'}, frames {places}"


def _changed_text(old: Annotation, new: Annotation) -> str:
    parts = []
    for name, label in (("emotion", "emotion"), ("action_units", "action units"), ("notes", "notes")):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            parts.append(f"{label} “{before}” → “{after}”")
    for name, before, after in zip(("onset", "apex", "offset"), astuple(old.marks), astuple(new.marks), strict=True):
        if before != after:
            parts.append(f"{name} {'none' if before is None else before} → {'none' if after is None else after}")
    return "; ".join(parts)


def _clip_text(old: ClipRecord, new: ClipRecord) -> str:
    before, after = asdict(old), asdict(new)
    parts = [f"{name} {before[name]} → {after[name]}" for name in before if before[name] != after[name]]
    mark = "its frames have changed" if old.fingerprint else "its content is noted, to find it again where it is moved"
    return "; ".join(mark if part.startswith("fingerprint") else part for part in parts)
