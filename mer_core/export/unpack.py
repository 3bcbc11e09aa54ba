"""A packed project opened again: every file checked, none outside of the new project's folder."""

import hashlib
import json
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mer_core.errors import ExportError
from mer_core.export.pack import FORMAT, INSIDE, MANIFEST, VERSION, kilobytes
from mer_core.export.targets import check_folder, new_folder
from mer_core.progress import Progress, silent
from mer_core.project.project import Project

_BLOCK = 1 << 20
_LARGEST_MANIFEST = 1 << 28


@dataclass(frozen=True)
class _Member:
    info: zipfile.ZipInfo
    name: PurePosixPath
    sha256: str


def unpack_project(archive: Path, out: Path, progress: Progress = silent) -> Path:
    """Open an archive: its project comes to lie in the new folder ``out``, every file checked against its SHA-256.

    Raises ExportError for what is no archive of ours, damaged, or unsafe; nothing is left then.
    """
    check_folder(out)
    try:
        with zipfile.ZipFile(archive) as file, new_folder(out) as folder:
            members = _members(archive, file)
            total = sum(member.info.file_size for member in members)
            free = shutil.disk_usage(out.absolute().parent).free
            if total > free:
                raise ExportError(
                    f"{archive.name} holds {total / 1e9:.1f} GB, but there are {free / 1e9:.1f} GB free in "
                    f"{out.absolute().parent}: make room or choose another disk."
                )
            done = 0
            for member in members:
                done = _extract(file, member, folder, done, total, progress, archive)
            with Project.open(folder):
                pass  # what cannot be opened is said now, and nothing is left
    except FileNotFoundError as error:
        raise ExportError(f"There is no archive {archive}: check the path.") from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        raise ExportError(f"{archive} is damaged or no packed project ({error}): copy it again.") from error
    except OSError as error:
        raise ExportError(f"{archive} cannot be read ({error.strerror or error}): check your rights to it.") from error
    progress(kilobytes(total), kilobytes(total), "Unpacked")
    return out


def _members(path: Path, file: zipfile.ZipFile) -> list[_Member]:
    """What is to be extracted: exactly the files the manifest names, each at a safe place."""
    foreign = ExportError(f"{path} is not a packed project of MER Studio: choose another file.")
    try:
        info = file.getinfo(MANIFEST)
        if info.file_size > _LARGEST_MANIFEST:
            raise foreign
        manifest = json.loads(file.read(info))
        if manifest["format"] != FORMAT:
            raise foreign
        if manifest["version"] != VERSION:
            raise ExportError(f"{path} was packed by a newer MER Studio: update this one to open it.")
        listed = {entry["name"]: (int(entry["size"]), str(entry["sha256"])) for entry in manifest["files"]}
    except (KeyError, TypeError, ValueError) as error:
        raise foreign from error
    infos = [info for info in file.infolist() if info.filename != MANIFEST]
    names = [info.filename for info in infos]
    if sorted(names) != sorted(listed):
        raise ExportError(f"{path} does not hold the files its manifest names: pack the project again.")
    members = []
    for info in infos:
        size, digest = listed[info.filename]
        name = PurePosixPath(info.filename)
        link = (info.external_attr >> 16) & 0o170000 == 0o120000
        odd = "\\" in info.filename or ":" in info.filename or "\0" in info.filename
        if (
            odd
            or link
            or name.is_absolute()
            or ".." in name.parts
            or name.parts[:1] != (INSIDE,)
            or len(name.parts) < 2
        ):
            raise ExportError(f"{path} holds a file that would lie outside of the project ({info.filename}): "
                              "it was not opened; ask where it comes from.")  # fmt: skip
        if info.file_size != size:
            raise ExportError(
                f"{path} is damaged: {info.filename} is not of the size it was packed with; copy it again."
            )
        members.append(_Member(info, PurePosixPath(*name.parts[1:]), digest))
    return members


def _extract(
    file: zipfile.ZipFile, member: _Member, folder: Path, done: int, total: int, progress: Progress, archive: Path
) -> int:
    place = folder / member.name
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    left = member.info.file_size
    with file.open(member.info) as source, place.open("xb") as target:
        while block := source.read(min(_BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                break
            target.write(block)
            digest.update(block)
            done += len(block)
            progress(kilobytes(done), kilobytes(total), f"Unpacking {member.name}")
    if left or digest.hexdigest() != member.sha256:
        raise ExportError(f"{archive} is damaged: {member.name} is not what was packed; copy the archive again.")
    return done
