"""``features.h5``: what was measured once, kept by content and settings; deleting it costs only time."""

import hashlib
import json
from pathlib import Path
from types import TracebackType
from typing import Self

import h5py
import numpy as np

FILE_NAME = "features.h5"


class FeatureCache:
    """Rows of ``flow`` (28, 28, 3) float32 and ``apex`` (112, 112) uint8, found by their key.

    The datasets are ``key``, ``flow`` and ``apex``, one row a measurement. One process writes at a time.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / FILE_NAME
        try:
            self._file = h5py.File(file, "a")
            self._rows = (
                {key: row for row, key in enumerate(self._file["key"].asstr()[:])} if "key" in self._file else {}
            )
        except (OSError, KeyError):  # torn by a crash: it can be made again
            file.unlink()
            self._file = h5py.File(file, "a")
            self._rows = {}
        if "key" not in self._file:
            self._file.create_dataset("key", (0,), h5py.string_dtype(), maxshape=(None,))
            self._file.create_dataset("flow", (0, 28, 28, 3), "f4", maxshape=(None, 28, 28, 3), chunks=(1, 28, 28, 3))
            self._file.create_dataset("apex", (0, 112, 112), "u1", maxshape=(None, 112, 112), chunks=(1, 112, 112))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def find(self, key: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Cube (28, 28, 3) float32 and apex picture (112, 112) uint8 of a key, or None."""
        row = self._rows.get(key)
        return None if row is None else (self._file["flow"][row], self._file["apex"][row])

    def add(self, key: str, cube: np.ndarray, apex: np.ndarray) -> None:
        """Keep one measurement."""
        row = len(self._rows)
        for name, value in (("flow", cube), ("apex", apex), ("key", key)):  # the key last: a torn row is never found
            dataset = self._file[name]
            dataset.resize(row + 1, axis=0)
            dataset[row] = value
        self._file.flush()
        self._rows[key] = row


def feature_key(fingerprint: str, onset: int, apex: int, settings: dict[str, object]) -> str:
    """The identity of a measurement: the clip's content, the frames, and every setting that changes numbers."""
    parts = json.dumps([fingerprint, onset, apex, settings], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()
