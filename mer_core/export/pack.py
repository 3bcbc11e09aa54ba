"""A whole project in one archive, with or without its clips, to be opened elsewhere: ``.merproject``, a zip.

In it: ``manifest.json`` (format, version, and of every file its size and SHA-256), ``project/`` as it will lie again;
with clips, ``project/clips/…`` holds also those that lay outside the project's folder. The feature cache stays behind:
it can be made again.
"""

import hashlib
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import mer_core
from mer_core.export.targets import check_file, new_file
from mer_core.progress import Progress, silent
from mer_core.project.project import FILE_NAME, Project
from mer_core.project.records import Change, ClipRecord

SUFFIX = ".merproject"
SUFFIXES = (SUFFIX, ".zip")
FORMAT, VERSION, MANIFEST, INSIDE = "MER Studio packed project", 1, "manifest.json", "project"
_STORED = frozenset({".jpg", ".jpeg", ".png", ".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v", ".gif", ".mpg"})
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Packed:
    """What is in an archive. absent: clips whose files were not there to be packed."""

    clips: int
    files: int
    size: int
    absent: tuple[str, ...]


def pack_losses(folder: Path, *, clips: bool) -> list[str]:
    """What an archive of the project does not carry."""
    lost = ["The feature cache (features.h5): it is made again where it is needed."]
    with Project.open(folder) as project:
        records = project.clips()
        absent = [clip.name for clip in records if not project.full_path(clip).exists()]
    if not clips and records:
        lost.append(f"The frames of {len(records)} clips: where the archive is opened they must be found again.")
    elif absent:
        lost.append(f"Clips that are not where the project says: {', '.join(absent[:3])}{' …' if absent[3:] else ''}.")
    return lost


def pack_project(folder: Path, out: Path, progress: Progress = silent, *, clips: bool = True) -> Packed:
    """Write the archive ``out``. Raises ExportError where it cannot be written; nothing is left then."""
    with Project.open(folder) as project:
        folder = project.folder
        records = project.clips()
        places = {clip.id: project.full_path(clip) for clip in records}
    check_file(out, SUFFIXES, places.values())
    moved = _new_places(folder, records, places) if clips else {}
    with tempfile.TemporaryDirectory() as spare:
        copy = Path(spare) / "project"
        _copy_labels(folder, copy, moved)
        files = [(copy / FILE_NAME, PurePosixPath(FILE_NAME))]
        if (folder / "runs").is_dir():
            files += _tree(folder / "runs", PurePosixPath("runs"))
        for clip in records if clips else ():
            files += _tree(places[clip.id], PurePosixPath(moved[clip.id].path if clip.id in moved else clip.path))
        files = list(
            {name: (path, name) for path, name in files}.values()
        )  # a clip may be in the project's folder twice
        size = _write(files, out, progress)
    absent = tuple(clip.name for clip in records if clips and not places[clip.id].exists())
    return Packed(len(records) - len(absent) if clips else 0, len(files), size, absent)


def _new_places(folder: Path, records: list[ClipRecord], places: dict[int, Path]) -> dict[int, ClipRecord]:
    """Clips that lie outside the project's folder, with the path they get inside."""
    taken = {PurePosixPath(clip.path) for clip in records}
    moved = {}
    for clip in records:
        if folder.resolve() in places[clip.id].resolve().parents or not places[clip.id].exists():
            continue
        parts = [part for part in places[clip.id].parts[-3:] if part != places[clip.id].anchor]
        place = PurePosixPath("clips", *parts)
        number = 2
        while any(place == other or other in place.parents or place in other.parents for other in taken):
            place = PurePosixPath("clips", str(number), *parts)
            number += 1
        taken.add(place)
        moved[clip.id] = replace(clip, path=str(place))
    return moved


def _copy_labels(folder: Path, copy: Path, moved: dict[int, ClipRecord]) -> None:
    """The labels as they stand at one moment, also while they are being edited, with the clips' new places."""
    copy.mkdir()
    with closing(sqlite3.connect(folder / FILE_NAME)) as source, closing(sqlite3.connect(copy / FILE_NAME)) as target:
        source.backup(target)
    with Project.open(copy) as project:
        changes = [Change(clip, moved[clip.id]) for clip in project.clips() if clip.id in moved]
        if changes:
            project.apply(changes, project.coder, "Pack the project: clips move inside")


def _tree(place: Path, name: PurePosixPath) -> Iterator[tuple[Path, PurePosixPath]]:
    """Files of a folder, or the one file; links are followed, since the archive is to stand by itself."""
    if place.is_file():
        yield place, name
    elif place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path, name / path.relative_to(place).as_posix()


def _write(files: list[tuple[Path, PurePosixPath]], out: Path, progress: Progress) -> int:
    total = sum(path.stat().st_size for path, _ in files)
    done = 0
    manifest = []
    with new_file(out) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, name in files:
            inside = f"{INSIDE}/{name}"
            about = zipfile.ZipInfo.from_file(path, inside, strict_timestamps=False)
            packs = path.suffix.lower() not in _STORED
            about.compress_type = zipfile.ZIP_DEFLATED if packs else zipfile.ZIP_STORED
            digest = hashlib.sha256()
            size = 0
            with path.open("rb") as source, archive.open(about, "w", force_zip64=True) as target:
                while block := source.read(_BLOCK):
                    target.write(block)
                    digest.update(block)
                    size += len(block)
                    progress(kilobytes(done + size), kilobytes(total), f"Packing {name}")
            done += size
            manifest.append({"name": inside, "size": size, "sha256": digest.hexdigest()})
        archive.writestr(MANIFEST, json.dumps(_manifest(manifest), indent=1, ensure_ascii=False))
    progress(kilobytes(total), kilobytes(total), "Packed")
    return out.stat().st_size


def _manifest(files: list[dict[str, object]]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "program": f"MER Studio {mer_core.__version__}",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }


def kilobytes(size: int) -> int:
    """What progress counts in."""
    return -(-size // 1000)
