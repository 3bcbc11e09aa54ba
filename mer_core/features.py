"""Feature files: what a recogniser learns from, one row a clip, as HDF5 (or an .npz with the same names)."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import FeatureError

DATASETS = ("flow", "apex", "label", "dataset", "subject", "clip")
OPTIONAL = ("onset", "frames")
MEGC_CLASSES = ("negative", "positive", "surprise")
"""The classes of the MEGC 2019 composite, for files of three classes that do not name them."""


@dataclass(frozen=True)
class FeatureSet:
    """Features of N clips.

    flow: (N, 28, 28, 3) float32, (u, v, strain) from onset to apex; u to the right and v down, in pixels of the crop,
    or any positive scaling of them. apex: (N, H, W) uint8, the aligned grey apex face. label: (N,) int64 into
    ``classes``. dataset, subject, clip: (N,) str. ``attributes`` says how the features were made (flow method, …).
    onset: (N, H, W) uint8, the same face at onset, carried along with the head to where ``apex`` has it, or None.
    frames: (N, T, H, W) uint8, the aligned grey face from onset to offset at T evenly spaced moments, or None.
    """

    flow: np.ndarray
    apex: np.ndarray
    label: np.ndarray
    dataset: np.ndarray
    subject: np.ndarray
    clip: np.ndarray
    classes: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    onset: np.ndarray | None = None
    frames: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def group(self) -> np.ndarray:
        """(N,) str: dataset and subject in one; subject 01 of two data sets are two people."""
        return np.array([f"{d}/{s}" for d, s in zip(self.dataset, self.subject, strict=True)], dtype=str)

    @property
    def class_counts(self) -> dict[str, int]:
        """Clips of each class, in the order of ``classes``, zero where there is none."""
        counts = Counter(self.label.tolist())
        return {name: counts[index] for index, name in enumerate(self.classes)}

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name, one row a clip; optional ones where there are any."""
        named = {name: getattr(self, name) for name in (*DATASETS, *OPTIONAL)}
        return {name: array for name, array in named.items() if array is not None}

    def select(self, rows: np.ndarray) -> "FeatureSet":
        """The clips ``rows``: (K,) int64 indices or (N,) bool."""
        return replace(self, **{name: array[rows] for name, array in self.arrays.items()})


def check_features(features: FeatureSet, where: str = "The features") -> None:
    """Raise FeatureError with one sentence if ``features`` has wrong shapes, values or labels."""
    count = len(features.label)
    if count == 0:
        raise FeatureError(f"{where} hold no clip: mark onset, apex and an emotion in some clips first.")
    if features.flow.shape != (count, 28, 28, 3):
        raise FeatureError(
            f"{where}: 'flow' must have the shape ({count}, 28, 28, 3), one a label, but has {features.flow.shape}."
        )
    if features.apex.ndim != 3 or len(features.apex) != count:
        raise FeatureError(
            f"{where}: 'apex' must have the shape ({count}, height, width), but has {features.apex.shape}."
        )
    onset = features.onset
    if onset is not None and onset.shape != features.apex.shape:
        raise FeatureError(
            f"{where}: 'onset' must have the shape of 'apex', {features.apex.shape}, but has {onset.shape}."
        )
    frames = features.frames
    if frames is not None and (frames.ndim != 4 or len(frames) != count):
        raise FeatureError(
            f"{where}: 'frames' must have the shape ({count}, frames, height, width), but has {frames.shape}."
        )
    for name in ("dataset", "subject", "clip"):
        shape = getattr(features, name).shape
        if shape != (count,):
            raise FeatureError(f"{where}: '{name}' must have the shape ({count},), but has {shape}.")
    bad = ~np.isfinite(features.flow).all(axis=(1, 2, 3))
    if bad.any():
        raise FeatureError(
            f"{where}: 'flow' has values that are not finite in {int(bad.sum())} of {count} clips "
            f"(first: {features.clip[np.argmax(bad)]}): make the features again."
        )
    if features.label.min() < 0 or features.label.max() >= len(features.classes):
        raise FeatureError(
            f"{where}: 'label' must lie in 0..{len(features.classes) - 1} for the classes "
            f"{', '.join(features.classes)}, but reaches {int(features.label.min())}..{int(features.label.max())}."
        )


def check_trainable(features: FeatureSet, where: str = "The features") -> None:
    """Raise FeatureError unless there are at least two classes and two subjects to learn from and to hold out."""
    check_features(features, where)
    present = [name for name, count in features.class_counts.items() if count]
    if len(present) < 2:
        raise FeatureError(
            f"All {len(features)} clips are of one class ({present[0]}): add clips of another emotion to learn from."
        )
    groups = set(features.group)
    if len(groups) < 2:
        raise FeatureError(
            f"All {len(features)} clips are of one subject ({features.subject[0]}): add clips of another subject, "
            "so that the model can be judged on a face it has not seen."
        )


def read_features(path: Path) -> FeatureSet:
    """Read an .h5/.hdf5 or .npz feature file, or raise FeatureError with one sentence."""
    path = Path(path)
    if not path.is_file():
        raise FeatureError(f"There is no feature file {path}: check the path.")
    if path.suffix == ".npz":
        arrays, attributes = _read_npz(path)
    elif path.suffix in (".h5", ".hdf5"):
        arrays, attributes = _read_h5(path)
    else:
        raise FeatureError(f"{path} is not a feature file: its name must end in .h5, .hdf5 or .npz.")
    features = _to_features(arrays, attributes, path)
    check_features(features, str(path))
    return features


def write_features(path: Path, features: FeatureSet) -> None:
    """Write HDF5 (or .npz, by the name's end) beside ``path`` first, then rename: never half a file."""
    check_features(features)
    path = Path(path)
    partial = path.with_name(f".partial-{path.name}")
    attributes = json.dumps({**features.attributes, "classes": list(features.classes)})
    try:
        if path.suffix == ".npz":
            np.savez_compressed(partial, allow_pickle=False, attributes=np.array(attributes), **features.arrays)
        elif path.suffix in (".h5", ".hdf5"):
            _write_h5(partial, features, attributes)
        else:
            raise FeatureError(f"{path} cannot be written: a feature file's name must end in .h5, .hdf5 or .npz.")
        partial.replace(path)
    except OSError as error:
        raise FeatureError(f"{path} cannot be written ({error.strerror or error}): choose another folder.") from error
    finally:
        partial.unlink(missing_ok=True)


def _read_npz(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    import zipfile

    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise FeatureError(f"{path} cannot be read as an .npz file: make or copy it again.") from error
    attributes = arrays.pop("attributes", None)
    return arrays, _parse_attributes(None if attributes is None else str(attributes), path)


def _read_h5(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    import h5py

    arrays = {}
    try:
        with h5py.File(path, "r") as file:
            for name in (*DATASETS, *OPTIONAL):
                if name in file:
                    item = file[name]
                    text = h5py.check_string_dtype(item.dtype) is not None
                    arrays[name] = np.array(item.asstr()[()], dtype=str) if text else np.asarray(item[()])
            attributes = file.attrs.get("attributes")
    except (OSError, UnicodeDecodeError) as error:
        raise FeatureError(f"{path} cannot be read as an HDF5 file: make or copy it again.") from error
    return arrays, _parse_attributes(attributes, path)


def _write_h5(path: Path, features: FeatureSet, attributes: str) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        for name, array in features.arrays.items():
            if array.dtype.kind in "US":
                file.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
            else:
                file.create_dataset(name, data=array, compression="gzip", compression_opts=1)
        file.attrs["attributes"] = attributes


def _parse_attributes(text: str | None, path: Path) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        attributes = json.loads(text)
    except json.JSONDecodeError as error:
        raise FeatureError(f"{path}: its 'attributes' are not JSON: make the features again.") from error
    return attributes if isinstance(attributes, dict) else {}


def _to_features(arrays: Mapping[str, np.ndarray], attributes: dict[str, Any], path: Path) -> FeatureSet:
    missing = [name for name in DATASETS if name not in arrays]
    if missing:
        raise FeatureError(f"{path} lacks {', '.join(missing)}: a feature file holds {', '.join(DATASETS)}.")
    label = arrays["label"]
    if label.ndim != 1 or label.dtype.kind not in "iu":
        raise FeatureError(
            f"{path}: 'label' must be one whole number a clip, but has shape {label.shape} and type {label.dtype}."
        )
    for name in ("flow", "apex", *OPTIONAL):
        if name in arrays and arrays[name].dtype.kind not in "iuf":
            raise FeatureError(f"{path}: '{name}' must hold numbers, but has the type {arrays[name].dtype}.")
    classes = attributes.pop("classes", None)
    if classes is None:
        count = int(label.max()) + 1 if label.size else 0
        classes = MEGC_CLASSES if count == len(MEGC_CLASSES) else [f"class {index}" for index in range(count)]
    return FeatureSet(
        flow=arrays["flow"].astype(np.float32),
        apex=arrays["apex"].astype(np.uint8),
        label=label.astype(np.int64),
        dataset=arrays["dataset"].astype(str),
        subject=arrays["subject"].astype(str),
        clip=arrays["clip"].astype(str),
        classes=tuple(str(name) for name in classes),
        attributes=attributes,
        **{name: arrays[name].astype(np.uint8) for name in OPTIONAL if name in arrays},
    )
