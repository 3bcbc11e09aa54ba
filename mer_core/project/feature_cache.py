"""``features.h5``: what was measured once, kept by content and settings; deleting it costs only time.

Layout: the groups ``flow`` (onset to apex) and ``frames`` (onset to offset) hold one row a measurement, in datasets of
one length; ``settings`` each different way of measuring as JSON, to which the rows' column ``settings`` points. See
``docs/feature-files.md``.

The file is only ever written beside and renamed, so a kill at any moment leaves the old one or the new one. What is
measured meanwhile lies as one small file a row in ``features.parts/`` and moves into the file when the cache is closed,
or, after a kill, when the next one is. One process measures and writes at a time; were there two, no row would be
wrong, some might be measured again.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np

from mer_core.analysis import APEX_SIZE
from mer_core.errors import FeatureError
from mer_core.face_frames import FRAMES, SIDE

FILE_NAME = "features.h5"
PARTS = "features.parts"
FORMAT, VERSION = "MER Studio feature cache", 2
_FACE = ((APEX_SIZE, APEX_SIZE), "u1")
_TABLES: dict[str, dict[str, tuple[tuple[int, ...], str]]] = {
    "flow": {"flow": ((28, 28, 3), "f4"), "apex": _FACE, "onset": _FACE},
    "frames": {"frames": ((FRAMES, SIDE, SIDE), "u1")},
}
_ABOUT = {"key": "S64", "content": "S32", "first": "i4", "last": "i4", "settings": "i4"}
_CHUNK = 256


class FeatureCache:
    """Measurements found by their key, see `feature_key`. Close it, or leave its ``with``, to keep what was added."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._parts = folder / PARTS
        self._file: h5py.File | None = None
        self._rows: dict[str, dict[str, int]] = {table: {} for table in _TABLES}
        self._open()
        self._loose = {part.stem for part in self._parts.glob("*.npz")} if self._parts.is_dir() else set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _open(self) -> None:
        if not self._path.is_file():
            return
        try:
            file = h5py.File(self._path, "r")
        except OSError:  # no file of ours: it can be made again
            return
        try:
            if file.attrs.get("version") != VERSION:
                file.close()
                return
            self._rows = {
                table: {key.decode(): row for row, key in enumerate(file[table]["key"][:])} for table in _TABLES
            }
        except (OSError, KeyError):
            file.close()
            return
        self._file = file

    def find(self, key: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Cube (28, 28, 3) float32, apex and onset picture (112, 112) uint8 of a key, or None."""
        found = self._find("flow", key)
        return None if found is None else (found["flow"], found["apex"], found["onset"])

    def find_frames(self, key: str) -> np.ndarray | None:
        """Frames (10, 112, 112) uint8 of a key, or None."""
        found = self._find("frames", key)
        return None if found is None else found["frames"]

    def _find(self, table: str, key: str) -> dict[str, np.ndarray] | None:
        row = self._rows[table].get(key)
        if row is not None and self._file is not None:
            with suppress(OSError):  # damaged in this row: it is measured again, and written over
                return {name: self._file[table][name][row] for name in _TABLES[table]}
        if key in self._loose:
            part = _read_part(self._parts / f"{key}.npz")
            if part is not None and part["table"].item() == table:
                return {name: part[name] for name in _TABLES[table]}
        return None

    def add(self, key: str, cube: np.ndarray, apex: np.ndarray, onset: np.ndarray, about: Mapping[str, Any]) -> None:
        """Keep one measurement. about: what its key was made of, see `feature_key`."""
        self._add("flow", key, {"flow": cube, "apex": apex, "onset": onset}, about)

    def add_frames(self, key: str, frames: np.ndarray, about: Mapping[str, Any]) -> None:
        """Keep the frames of one expression; ``about`` as in `add`."""
        self._add("frames", key, {"frames": frames}, about)

    def _add(self, table: str, key: str, arrays: dict[str, np.ndarray], about: Mapping[str, Any]) -> None:
        partial = self._parts / f".{os.getpid()}.partial"
        try:
            self._parts.mkdir(exist_ok=True)
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, table=np.array(table), about=np.array(json.dumps(about)), **arrays)
            partial.replace(self._parts / f"{key}.npz")
        except OSError as error:
            raise FeatureError(
                f"{self._parts} cannot be written ({error.strerror or error}): make room, or get the right to do so."
            ) from error
        self._loose.add(key)

    def close(self) -> None:
        """Move what was added into the file."""
        kept, self._file = self._file, None
        if kept is not None:
            kept.close()
        try:
            self._gather()
        except OSError as error:
            raise FeatureError(
                f"{self._path} cannot be written ({error.strerror or error}): make room, or get the right to write "
                "there; what was measured is kept."
            ) from error

    def _gather(self) -> None:
        files = sorted(self._parts.glob("*.npz")) if self._parts.is_dir() else []
        parts = {file.stem: part for file in files if (part := _read_part(file)) is not None}
        if parts:
            for old in self._path.parent.glob(f".partial-*-{FILE_NAME}"):  # left by a kill
                old.unlink(missing_ok=True)
            partial = self._path.with_name(f".partial-{os.getpid()}-{FILE_NAME}")
            try:
                if any(self._rows.values()):
                    shutil.copyfile(self._path, partial)
                with h5py.File(partial, "a") as file:
                    _append(file, parts)
                partial.replace(self._path)
            finally:
                partial.unlink(missing_ok=True)
        if self._parts.is_dir():
            shutil.rmtree(self._parts)


def _read_part(file: Path) -> dict[str, np.ndarray] | None:
    """A row's arrays; None where they are torn."""
    try:
        with np.load(file, allow_pickle=False) as part:
            return {name: part[name] for name in part.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _append(file: h5py.File, parts: dict[str, dict[str, np.ndarray]]) -> None:
    file.attrs.update({"format": FORMAT, "version": VERSION})
    if "settings" not in file:
        file.create_dataset("settings", (0,), h5py.string_dtype(), maxshape=(None,), chunks=(_CHUNK,))
    settings = list(file["settings"].asstr()[:])
    for table, columns in _TABLES.items():
        group = file.require_group(table)
        if "key" not in group:
            for name, kind in _ABOUT.items():
                group.create_dataset(name, (0,), kind, maxshape=(None,), chunks=(_CHUNK,))
            for name, (shape, kind) in columns.items():
                packed = {"compression": "gzip", "compression_opts": 4, "shuffle": kind == "f4"}
                group.create_dataset(name, (0, *shape), kind, maxshape=(None, *shape), chunks=(1, *shape), **packed)
        own = {key: part for key, part in parts.items() if part["table"] == table}
        rows = {key.decode(): row for row, key in enumerate(group["key"][:])}
        for key in own:
            rows.setdefault(key, len(rows))
        for name in (*_ABOUT, *columns):
            group[name].resize(len(rows), axis=0)
        for key, part in own.items():
            row = rows[key]
            about = json.loads(str(part["about"]))
            how = json.dumps(about["settings"], sort_keys=True)
            if how not in settings:
                settings.append(how)
            values = {"key": key, "content": about["content"], "first": about["frames"][0], "last": about["frames"][1]}
            for name, value in {**values, "settings": settings.index(how)}.items():
                group[name][row] = value
            for name in columns:
                group[name][row] = part[name]
    file["settings"].resize(len(settings), axis=0)
    file["settings"][:] = settings


def feature_key(about: Mapping[str, Any]) -> str:
    """The identity of a measurement, made of all it depends on: ``content``, the clip's fingerprint; ``frames``, first
    and last index; ``settings``, whatever changes numbers.
    """
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
