"""Finding a project's clips again after they were moved or renamed: one new place repairs all that went there."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mer_core.clips import open_clip
from mer_core.clips.clip import digest
from mer_core.clips.folder import frames_fingerprint, numbered_frames
from mer_core.errors import ClipError
from mer_core.progress import Progress, silent
from mer_core.project.project import Project
from mer_core.project.records import Change, ClipRecord

_ABOVE = 4
"""Folders above the chosen one that are tried too: one may choose a moved clip as well as what holds them all."""


@dataclass(frozen=True)
class Relocation:
    """Missing clips found again, as changes of the project; and each that was not, with the reason."""

    changes: tuple[Change, ...]
    still_missing: tuple[tuple[ClipRecord, str], ...]


def missing_clips(project: Project) -> list[ClipRecord]:
    """The clips that are not where the project knows them."""
    return [clip for clip in project.clips() if not project.full_path(clip).exists()]


def locate(project: Project, place: Path, progress: Progress = silent) -> Relocation:
    """Look for all missing clips at, below and just above `place`: their new root, a part of it, or one of the clips.

    First they are looked for by their names: a clip is taken for the same where its content has the fingerprint that
    was kept; without one, where it has as many frames. Then all that lies below is looked through for the content of
    those that are still missing. Nothing is written.
    """
    place = place if place.is_dir() else place.parent
    missing = missing_clips(project)
    taken = {clip.path for clip in project.clips()}
    changes: list[Change] = []
    lost: list[tuple[ClipRecord, str]] = []
    likely: list[tuple[Path, int]] = []
    for done, clip in enumerate(missing):
        progress(done, len(missing), f"Looking for {clip.name}")
        why = f"it is not in {place}"
        for candidate, root in _candidates(project.full_path(clip), place, likely):
            stored = project.stored_path(candidate)
            if stored in taken:
                continue
            found, problem = _same(clip, candidate)
            if found is None:
                why = problem
                continue
            if root not in likely:
                likely.insert(0, root)
            taken.add(stored)
            changes.append(Change(clip, replace(found, path=stored)))
            break
        else:
            lost.append((clip, why))
    renamed = _by_content({clip.fingerprint: clip for clip, _ in lost if clip.fingerprint}, place, progress)
    for clip, path in renamed:
        stored = project.stored_path(path)
        if stored not in taken:
            taken.add(stored)
            changes.append(Change(clip, replace(clip, path=stored)))
    again = {change.clip for change in changes}
    progress(len(missing), len(missing), "Looked")
    return Relocation(tuple(changes), tuple((clip, why) for clip, why in lost if clip.id not in again))


def _by_content(wanted: dict[str, ClipRecord], place: Path, progress: Progress) -> Iterator[tuple[ClipRecord, Path]]:
    """The clips of these fingerprints at and below `place`, whatever they are called now, each once."""
    wanted = dict(wanted)
    endings = {PurePath(clip.path).suffix.lower() for clip in wanted.values()} - {""}
    for folder, below, files in os.walk(place):
        if not wanted:
            return
        below.sort()
        progress(0, 0, f"Looking through {folder}")
        videos = [Path(folder) / name for name in sorted(files) if PurePath(name).suffix.lower() in endings]
        for path in (Path(folder), *videos):
            clip = wanted.pop(_fingerprint(path), None)
            if clip is not None:
                yield clip, path


def _fingerprint(path: Path) -> str:
    """Of a video, or of a folder of frames; empty where it is neither or cannot be read: it is none of those wanted."""
    try:
        return frames_fingerprint(numbered_frames(path)[0]) if path.is_dir() else digest((), (path,))
    except (ClipError, OSError):
        return ""


def _candidates(old: Path, place: Path, likely: list[tuple[Path, int]]) -> Iterator[tuple[Path, tuple[Path, int]]]:
    """Where a clip may lie now, with the root it would lie below and how many of its old path's parts are kept.

    First as others before it were found, then with ever fewer of its old path's parts.
    """
    parts = PurePath(old).parts[1:]
    roots = [place, *place.parents[:_ABOVE]]
    usual = [(root, len(parts) - cut) for root, cut in likely if cut < len(parts)]
    others = [(root, kept) for root in roots for kept in range(len(parts), 0, -1) if kept > 1 or root == place]
    for root, kept in dict.fromkeys((*usual, *others)):
        if kept > 0:
            candidate = root.joinpath(*parts[len(parts) - kept :])
            if candidate.exists():
                yield candidate, (root, len(parts) - kept)


def _same(clip: ClipRecord, path: Path) -> tuple[ClipRecord | None, str]:
    """The clip's record with its content's fingerprint if that is what lies there; else why not."""
    try:
        if path.is_dir():
            files, numbers = numbered_frames(path)
            mark, frames = frames_fingerprint(files), len(numbers)
        else:
            with open_clip(path, clip.fps) as opened:
                mark, frames = opened.fingerprint(), len(opened)
    except (ClipError, OSError) as error:
        return None, str(error)
    if clip.fingerprint and mark != clip.fingerprint:
        return None, f"{path} is named like it but holds other frames"
    if not clip.fingerprint and frames != clip.frames:
        return None, f"{path} is named like it but has {frames} frames, not {clip.frames}"
    return replace(clip, fingerprint=mark), ""
