"""Where exports go: written beside first and renamed when whole, so that there is never half a file."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mer_core.errors import ExportError


def check_file(path: Path, suffixes: tuple[str, ...], clips: Iterable[Path] = ()) -> None:
    """Raise ExportError unless ``path`` can become a file: its ending, its folder, and outside of all clips."""
    if path.suffix.lower() not in suffixes:
        raise ExportError(f"{path} cannot be written: its name must end in {' or '.join(suffixes)}.")
    if path.is_dir():
        raise ExportError(f"{path} is a folder: give the name of a file.")
    _check_place(path, clips)


def check_folder(path: Path, clips: Iterable[Path] = ()) -> None:
    """Raise ExportError unless ``path`` can become a folder of ours: new or empty, and outside of all clips."""
    if path.is_file():
        raise ExportError(f"{path} is a file: give the name of a new folder.")
    if path.is_dir() and any(path.iterdir()):
        raise ExportError(f"{path} is not empty: choose a new folder, so that nothing in it is mixed up or replaced.")
    _check_place(path, clips)


def _check_place(path: Path, clips: Iterable[Path]) -> None:
    place = path.absolute().parent
    if not place.is_dir():
        raise ExportError(f"{path} cannot be written: there is no folder {place}; make it first.")
    if not os.access(place, os.W_OK):
        raise ExportError(f"{path} cannot be written: you may not write to {place}; choose another folder.")
    inside = path.resolve()
    for clip in clips:
        if inside == clip.resolve() or clip.resolve() in inside.parents:
            raise ExportError(
                f"{path} lies in the clip {clip.name}, whose frames it would be mixed up with: choose another folder."
            )


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that becomes ``path`` if all goes well and vanishes if not. Raises ExportError."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        with said(path):
            yield partial
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder beside ``path`` that becomes ``path`` if all goes well and vanishes if not. Raises ExportError."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        with said(path):
            partial.mkdir()
            yield partial
            if path.is_dir():
                path.rmdir()  # empty, as was checked
            partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def said(path: Path) -> Iterator[None]:
    """What the disk refuses, in a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ExportError(f"{path} cannot be written: the disk is full; make room or choose another.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ExportError(f"{path} cannot be written: you may not write there; choose another folder.") from error
        raise ExportError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from error
