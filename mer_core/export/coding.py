"""What is exported: a project's clips and annotations at one moment, with the source's own frame numbers and times."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mer_core.annotation import Annotation
from mer_core.clips import open_clip
from mer_core.errors import ClipError, ExportError
from mer_core.progress import Progress, silent
from mer_core.project.project import Project
from mer_core.project.records import ClipRecord, Decision


@dataclass(frozen=True)
class CodedClip:
    """A clip and what its coders say of it.

    path: where it lies. annotations: in the order of expression and coder; their ``clip`` is ``record.id``.
    numbers: the source's frame number of each index. times: seconds from the first frame, at ``record.fps``. Both empty
    where the frames could not be looked at, for which ``absent`` gives the reason. clock: a player's seconds to one of
    the recording, other than 1 where a video is stored at another rate than it was recorded at.
    decisions: what coders did with marks that were suggested to them.
    """

    record: ClipRecord
    path: Path
    annotations: tuple[Annotation, ...]
    numbers: tuple[int, ...] = ()
    times: tuple[float, ...] = ()
    absent: str = ""
    clock: float = 1.0
    decisions: tuple[Decision, ...] = ()

    @property
    def label(self) -> str:
        """What a sentence calls it: the last two parts of its path, as data sets call clips of many subjects alike."""
        return "/".join(self.path.parts[-2:])

    def number(self, index: int | None) -> int | None:
        """The source's number of a frame index; None where there is none."""
        return self.numbers[index] if index is not None and index < len(self.numbers) else None

    def time(self, index: int | None) -> float | None:
        """Seconds of a frame index; None where there is none."""
        return self.times[index] if index is not None and index < len(self.times) else None

    def nearest(self, seconds: float) -> int:
        """The index whose frame is nearest in time."""
        return int(np.abs(np.array(self.times) - seconds).argmin())


@dataclass(frozen=True)
class Coding:
    """All that was said, by all coders chosen. folder: the project's. coder: whose annotations the project edits.

    history: edits, oldest first: (time in UTC, coder, action, clip id); empty where it was not asked for.
    """

    folder: Path
    coder: str
    clips: tuple[CodedClip, ...]
    history: tuple[tuple[str, str, str, int], ...] = ()

    @property
    def coders(self) -> tuple[str, ...]:
        """The coders who said something, sorted."""
        return tuple(sorted({each.coder for clip in self.clips for each in clip.annotations}))

    def of_coder(self, coder: str) -> "Coding":
        """What one coder said."""
        clips = (
            replace(clip, annotations=tuple(each for each in clip.annotations if each.coder == coder))
            for clip in self.clips
        )
        return replace(self, clips=tuple(clips))


def project_coding(
    folder: Path,
    progress: Progress = silent,
    *,
    coders: Collection[str] | None = None,
    clips: Collection[str] | None = None,
    history: bool = False,
) -> Coding:
    """Read a project's coding, and look at each clip for its frame numbers and times.

    coders: only theirs. clips: only those of these names or stored paths. A clip that cannot be read is kept, with
    ``absent`` saying why. Raises ExportError where a coder or clip is asked for that the project does not have.
    """
    with Project.open(folder) as project:
        records, annotations, decisions = project.clips(), project.annotations(), project.decisions()
        known = {each.coder for each in annotations} | {project.coder}
        chosen = _chosen(records, clips)
        for coder in sorted(set(coders or ()) - known):
            raise ExportError(f"There is no coder “{coder}” in this project: choose of {', '.join(sorted(known))}.")
        said: dict[int, list[Annotation]] = {}
        for each in annotations:
            if coders is None or each.coder in coders:
                said.setdefault(each.clip, []).append(each)
        plain = [
            CodedClip(
                record,
                project.full_path(record),
                tuple(said.get(record.id, ())),
                decisions=tuple(
                    each for each in decisions if each.clip == record.id and (coders is None or each.coder in coders)
                ),
            )
            for record in sorted(chosen, key=lambda record: record.id)
        ]
        ids = {clip.record.id for clip in plain}
        edits = tuple(row for row in project.history() if row[3] in ids) if history else ()
        coder = project.coder
    looked = []
    for done, clip in enumerate(plain):
        progress(done, len(plain), f"Looking at {clip.label}")
        looked.append(_looked_at(clip))
    progress(len(plain), len(plain), "Looked at the clips")
    return Coding(folder, coder, tuple(looked), edits)


def _chosen(records: list[ClipRecord], names: Collection[str] | None) -> list[ClipRecord]:
    if names is None:
        return records
    for name in sorted(names):
        if not any(name in (record.name, record.path) for record in records):
            raise ExportError(f"The project has no clip “{name}”: give its name or its path as the project has it.")
    return [record for record in records if record.name in names or record.path in names]


def _looked_at(clip: CodedClip) -> CodedClip:
    said = clip.record.fps
    try:
        with open_clip(clip.path, said if clip.path.is_dir() else None) as opened:
            times = tuple(round(float(time) * opened.fps / said, 6) for time in opened.times)
            record = replace(clip.record, fingerprint=clip.record.fingerprint or opened.fingerprint())
            return replace(clip, record=record, numbers=tuple(opened.numbers), times=times, clock=said / opened.fps)
    except ClipError as error:
        return replace(clip, absent=str(error))
