"""A clip of a project: which frames of it are exported, and where they go."""

from dataclasses import dataclass
from pathlib import Path

from mer_core.clips import open_clip
from mer_core.errors import ExportError
from mer_core.export.clip_range import VIDEOS, export_frames, export_video, range_losses
from mer_core.progress import Progress, silent
from mer_core.project.project import Project
from mer_core.project.records import ClipRecord


@dataclass(frozen=True)
class Range:
    """Frame indices of a clip, both included."""

    record: ClipRecord
    path: Path
    first: int
    last: int


def project_range(
    folder: Path,
    clip: str,
    *,
    coder: str | None = None,
    expression: int = 1,
    numbers: tuple[int | None, int | None] = (None, None),
) -> Range:
    """The frames of a clip, given by name or stored path: from onset to offset of a coder's expression.

    numbers: frame numbers as in the source in place of either. Raises ExportError where there is no such clip or mark.
    """
    with Project.open(folder) as project:
        found = [each for each in project.clips() if clip in (each.name, each.path)]
        if len(found) != 1:
            raise ExportError(
                f"The project has {len(found)} clips “{clip}”: give the path of one, as the project has it."
                if found
                else f"The project has no clip “{clip}”: give its name or its path as the project has it."
            )
        record, path = found[0], project.full_path(found[0])
        said = project.annotations(record.id, coder or project.coder)
    marks = next((each.marks for each in said if each.expression == expression), None)
    with open_clip(path, record.fps) as opened:
        ends = []
        for name, number in zip(("onset", "offset"), numbers, strict=True):
            index = opened.index_of(number) if number is not None else getattr(marks, name, None)
            if index is None:
                raise ExportError(f"The {name} of {record.name} is not marked: mark it, or give the frames by number.")
            ends.append(index)
    return Range(record, path, *ends)


def export_range(chosen: Range, out: Path, progress: Progress = silent) -> list[str]:
    """Write it as a video, by ``out``'s ending, or else as frames into the new folder ``out``; what is lost."""
    video = out.suffix.lower() in VIDEOS
    with open_clip(chosen.path, chosen.record.fps) as clip:
        (export_video if video else export_frames)(clip, chosen.first, chosen.last, out, progress)
        return range_losses(clip, chosen.first, chosen.last, video=video)
