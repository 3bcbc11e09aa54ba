"""``features.h5``: what was measured once, kept by content and settings; deleting it costs only time."""

import hashlib
import json
from pathlib import Path
from types import TracebackType
from typing import Self

import h5py
import numpy as np

from mer_core.analysis import APEX_SIZE
from mer_core.face_frames import FRAMES, SIDE

FILE_NAME = "features.h5"


class _Table:
    """Datasets of one row a measurement, found by the key that stands in the dataset ``key``."""

    def __init__(self, file: h5py.File, key: str, columns: dict[str, tuple[tuple[int, ...], str]]) -> None:
        self._file, self._key, self._columns = file, key, tuple(columns)
        if key not in file:
            file.create_dataset(key, (0,), h5py.string_dtype(), maxshape=(None,))
            for name, (shape, kind) in columns.items():
                file.create_dataset(name, (0, *shape), kind, maxshape=(None, *shape), chunks=(1, *shape))
        for name, (shape, _) in columns.items():
            if file[name].shape[1:] != shape:
                raise KeyError(name)
        self._rows = {value: row for row, value in enumerate(file[key].asstr()[:])}

    def find(self, key: str) -> tuple[np.ndarray, ...] | None:
        row = self._rows.get(key)
        return None if row is None else tuple(self._file[name][row] for name in self._columns)

    def add(self, key: str, *values: np.ndarray) -> None:
        row = len(self._rows)
        # The key last: a torn row is never found.
        for name, value in (*zip(self._columns, values, strict=True), (self._key, key)):
            dataset = self._file[name]
            dataset.resize(row + 1, axis=0)
            dataset[row] = value
        self._file.flush()
        self._rows[key] = row


class FeatureCache:
    """Measurements found by their key: ``flow`` (28, 28, 3) float32, ``apex`` and ``onset`` (112, 112) uint8 under
    ``key``, and, where they were asked for, ``frames`` (10, 112, 112) uint8 under ``frames_key``. One process writes at
    a time.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / FILE_NAME
        try:
            self._open(file)
        except (OSError, KeyError):  # torn by a crash: it can be made again
            file.unlink()
            self._open(file)

    def _open(self, file: Path) -> None:
        self._file = h5py.File(file, "a")
        try:
            face = ((APEX_SIZE, APEX_SIZE), "u1")
            self._cubes = _Table(self._file, "key", {"flow": ((28, 28, 3), "f4"), "apex": face, "onset": face})
            self._frames = _Table(self._file, "frames_key", {"frames": ((FRAMES, SIDE, SIDE), "u1")})
        except (OSError, KeyError):
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def find(self, key: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Cube (28, 28, 3) float32, apex and onset picture (112, 112) uint8 of a key, or None."""
        found = self._cubes.find(key)
        return None if found is None else (found[0], found[1], found[2])

    def add(self, key: str, cube: np.ndarray, apex: np.ndarray, onset: np.ndarray) -> None:
        """Keep one measurement."""
        self._cubes.add(key, cube, apex, onset)

    def find_frames(self, key: str) -> np.ndarray | None:
        """Frames (10, 112, 112) uint8 of a key, or None."""
        found = self._frames.find(key)
        return None if found is None else found[0]

    def add_frames(self, key: str, frames: np.ndarray) -> None:
        """Keep the frames of one expression."""
        self._frames.add(key, frames)


def feature_key(fingerprint: str, frames: tuple[int, ...], settings: dict[str, object]) -> str:
    """The identity of a measurement: the clip's content, the frames' indices, and each setting that changes numbers."""
    parts = json.dumps([fingerprint, *frames, settings], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()
