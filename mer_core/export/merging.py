"""A coding that was read from a file, taken into a project: what is new is added, what differs is shown."""

from dataclasses import dataclass, replace

from mer_core.annotation import Annotation
from mer_core.counted import counted
from mer_core.export.coding import CodedClip, Coding
from mer_core.project.project import Project
from mer_core.project.records import Change, ClipRecord


@dataclass(frozen=True)
class Merge:
    """What taking a coding in would do. differing: (as the project has it, as the file has it)."""

    changes: tuple[Change, ...]
    new_clips: int
    new_annotations: int
    same: int
    differing: tuple[tuple[Annotation, Annotation], ...]

    @property
    def sentence(self) -> str:
        """In words."""
        parts = [
            f"New: {counted(self.new_clips, 'clip')} and {counted(self.new_annotations, 'annotation')}; "
            f"there already: {counted(self.same, 'annotation')}"
        ]
        if self.differing:
            parts.append(f"unlike the project's own: {counted(len(self.differing), 'annotation')}")
        return "; ".join(parts) + "."


def merge(project: Project, coding: Coding, *, take_differing: bool = False) -> Merge:
    """Compare a coding with a project; `Merge.changes` carried out takes it in.

    A clip is known by its place, or, being elsewhere, by its content where that of just one clip is the same.

    take_differing: annotations that differ replace the project's; else the project's stay.
    """
    clips = {clip.path: clip for clip in project.clips()}
    next_id = project.next_clip_id()
    said: dict[int, dict[tuple[int, str], Annotation]] = {}
    for each in project.annotations():
        said.setdefault(each.clip, {})[each.expression, each.coder] = each
    decided = {(each.clip, each.coder, each.mark, each.suggested) for each in project.decisions()}
    changes: list[Change] = []
    new_clips = new_annotations = same = 0
    differing = []
    for read in coding.clips:
        known = clips.get(project.stored_path(read.path)) or _same_content(read, list(clips.values()))
        record = known or replace(read.record, id=next_id + new_clips, path=project.stored_path(read.path))
        if known is None:
            changes.append(Change(None, record))
            new_clips += 1
        own = said.get(record.id, {}) if known else {}
        for each in _of_clip(read, record):
            old = own.get((each.expression, each.coder))
            if old is None:
                new_annotations += 1
                changes.append(Change(None, each))
            elif old == each:
                same += 1
            else:
                differing.append((old, each))
                if take_differing:
                    changes.append(Change(old, each))
        for made in read.decisions:
            if (record.id, made.coder, made.mark, made.suggested) not in decided:
                changes.append(Change(None, replace(made, clip=record.id)))
    return Merge(tuple(changes), new_clips, new_annotations, same, tuple(differing))


def _same_content(read: CodedClip, clips: list[ClipRecord]) -> ClipRecord | None:
    content = read.record.fingerprint
    same = [clip for clip in clips if content and clip.fingerprint == content]
    return same[0] if len(same) == 1 else None


def _of_clip(read: CodedClip, record: ClipRecord) -> list[Annotation]:
    return [replace(each, clip=record.id) for each in read.annotations]
