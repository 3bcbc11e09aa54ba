"""Feature files: what a recogniser learns from, one row a clip, as HDF5 (or an .npz with the same names)."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.damage import DAMAGE
from mer_core.errors import FeatureError
from mer_core.left_out import NO_CLASS, NO_FACE, left_out_notes
from mer_core.subjects import is_named

DATASETS = ("flow", "label", "dataset", "subject", "clip")
PICTURES = OPTIONAL = ("apex", "onset", "frames")
MEGC_CLASSES = ("negative", "positive", "surprise")
"""The classes of the MEGC 2019 composite, for files of three classes that do not name them."""
MOST_FLOW = 1e6
"""Beyond any motion and any picture of it; float32 can square and sum what stays below."""
_MOST_UNNAMED = 1000
_OBJECTS = (NO_CLASS, NO_FACE, "label_map", "flow")


@dataclass(frozen=True)
class FeatureSet:
    """Features of N clips.

    flow: (N, 28, 28, 3) float32, (u, v, strain) from onset to apex; u to the right and v down, in pixels of the crop,
    or any positive scaling of them. apex: (N, H, W) uint8, the aligned grey apex face; (N, 0, 0) where there is none.
    label: (N,) int64 into ``classes``. dataset, subject, clip: (N,) str. ``attributes`` says how the features were made
    (flow method, …). onset: (N, H, W) uint8, the same face at onset, carried along with the head to where ``apex`` has
    it, or None.
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
        return {name: array for name, array in named.items() if array is not None and array.size}

    def select(self, rows: np.ndarray) -> "FeatureSet":
        """The clips ``rows``: (K,) int64 indices or (N,) bool."""
        return replace(self, **{name: array[rows] for name, array in self.arrays.items()})


def check_features(features: FeatureSet, where: str = "The features") -> None:
    """Raise FeatureError with one sentence if ``features`` has wrong shapes, values or labels."""
    count = len(features.label)
    if count == 0:
        raise FeatureError(f"{where}: there is no clip in them, so there is nothing to learn from or to judge.")
    if not all(features.classes) or len(set(features.classes)) < len(features.classes):
        raise FeatureError(
            f"{where}: each class must have a name of its own, but they are {', '.join(map(repr, features.classes))}."
        )
    if features.flow.shape != (count, 28, 28, 3):
        raise FeatureError(
            f"{where}: 'flow' must have the shape ({count}, 28, 28, 3), one a label, but has {features.flow.shape}."
        )
    apex, onset = features.apex, features.onset
    if apex.ndim != 3 or len(apex) != count or (apex.size == 0 and apex.shape[1:] != (0, 0)):
        raise FeatureError(f"{where}: 'apex' must have the shape ({count}, height, width), but has {apex.shape}.")
    if onset is not None and onset.shape != apex.shape:
        raise FeatureError(f"{where}: 'onset' must have the shape of 'apex', {apex.shape}, but has {onset.shape}.")
    frames = features.frames
    if frames is not None and (frames.ndim != 4 or len(frames) != count or frames.size == 0):
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
    bad = (np.abs(features.flow) > MOST_FLOW).any(axis=(1, 2, 3))
    if bad.any():
        raise FeatureError(
            f"{where}: 'flow' has values beyond ±{MOST_FLOW:,.0f} in {int(bad.sum())} of {count} clips "
            f"(first: {features.clip[np.argmax(bad)]}), which no motion has: make the features again."
        )
    for name in PICTURES:
        _check_pictures(features.arrays.get(name), name, features.clip, where)
    if features.label.min() < 0 or features.label.max() >= len(features.classes):
        raise FeatureError(
            f"{where}: 'label' must lie in 0..{len(features.classes) - 1} for the classes "
            f"{', '.join(features.classes)}, but reaches {int(features.label.min())}..{int(features.label.max())}."
        )


def _check_pictures(pictures: np.ndarray | None, name: str, clip: np.ndarray, where: str) -> None:
    if pictures is None or pictures.dtype == np.uint8:
        return
    bad = ~((pictures >= 0) & (pictures <= 255) & (pictures == np.rint(pictures)))
    clips = bad.any(axis=tuple(range(1, pictures.ndim)))
    if clips.any():
        raise FeatureError(
            f"{where}: '{name}' must hold whole numbers from 0 to 255, but holds {pictures[bad][0]} and the like in "
            f"{int(clips.sum())} of {len(clip)} clips (first: {clip[np.argmax(clips)]}): scale and round them."
        )


def check_trainable(features: FeatureSet, where: str = "The features") -> None:
    """Raise FeatureError unless there are two classes and two named subjects to learn from and to hold out."""
    check_features(features, where)
    unnamed = ~np.array([is_named(subject) for subject in features.subject.tolist()])
    if unnamed.any():
        raise FeatureError(
            f"{where}: the subject of {int(unnamed.sum())} of {len(features)} clips is not named (first: "
            f"{features.clip[np.argmax(unnamed)]}, “{features.subject[np.argmax(unnamed)]}”), so nobody knows which "
            "clips to hold out together: name the people in 'subject', or take these clips out."
        )
    present = [name for name, count in features.class_counts.items() if count]
    if len(present) < 2:
        why = "".join(f" {note}" for note in left_out_notes(features.attributes))
        raise FeatureError(
            f"All {len(features)} clips are of one class ({present[0]}): add clips of another emotion to learn "
            f"from.{why}"
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
    pictures: dict[str, Any] = {
        name: array.astype(np.uint8) for name, array in features.arrays.items() if name in PICTURES
    }
    return replace(features, **pictures)


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
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except DAMAGE as error:
        if "Object arrays" in str(error):
            raise FeatureError(
                f"{path} holds an array of Python objects, which are not read, since they could run anything: save "
                "texts as text (array.astype(str)) and numbers as numbers."
            ) from error
        raise FeatureError(f"{path} cannot be read as an .npz file: make or copy it again.") from error
    attributes = arrays.pop("attributes", None)
    return arrays, _parse_attributes(attributes if attributes is None or attributes.ndim else attributes.item(), path)


def _read_h5(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    import h5py

    arrays = {}
    try:
        with h5py.File(path, "r") as file:
            for name in (*DATASETS, *OPTIONAL):
                if name in file:
                    item = file[name]
                    if not isinstance(item, h5py.Dataset):
                        raise FeatureError(f"{path}: '{name}' must be an array, but is a group: make it again.")
                    text = h5py.check_string_dtype(item.dtype) is not None
                    arrays[name] = np.array(item.asstr()[()], dtype=str) if text else np.asarray(item[()])
            attributes = file.attrs.get("attributes")
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, MemoryError) as error:
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


def _parse_attributes(text: Any, path: Path) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        attributes = json.loads(text, parse_constant=_refuse) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError) as error:
        raise FeatureError(f"{path}: its 'attributes' are not JSON: make the features again.") from error
    if not isinstance(attributes, dict):
        raise FeatureError(f"{path}: its 'attributes' must be one text, a JSON object: make the features again.")
    for name in _OBJECTS:
        if not isinstance(attributes.get(name, {}), dict):
            raise FeatureError(f"{path}: '{name}' in its 'attributes' must be a JSON object: make the features again.")
    if not all(isinstance(count, int) for count in attributes.get(NO_CLASS, {}).values()):
        raise FeatureError(f"{path}: '{NO_CLASS}' in its 'attributes' must count clips: make the features again.")
    return attributes


def _refuse(constant: str) -> None:
    """NaN and Infinity, which Python's JSON knows and nobody else's: no report could carry them on."""
    raise ValueError(constant)


def _to_features(arrays: Mapping[str, np.ndarray], attributes: dict[str, Any], path: Path) -> FeatureSet:
    missing = [name for name in DATASETS if name not in arrays]
    if missing:
        raise FeatureError(
            f"{path} lacks {', '.join(missing)}: a feature file holds {', '.join(DATASETS)}, and may hold "
            f"{', '.join(OPTIONAL)}."
        )
    label = arrays["label"]
    if label.ndim == 1 and label.dtype.kind == "f" and np.isfinite(label).all() and (label == np.rint(label)).all():
        label = label.astype(np.int64)
    if label.ndim != 1 or label.dtype.kind not in "iu":
        raise FeatureError(
            f"{path}: 'label' must be one whole number a clip, but has shape {label.shape} and type {label.dtype}."
        )
    for name in ("flow", *PICTURES):
        if name in arrays and arrays[name].dtype.kind not in "iuf":
            raise FeatureError(f"{path}: '{name}' must hold numbers, but has the type {arrays[name].dtype}.")
    with np.errstate(over="ignore"):  # what overflows is named as not finite
        flow = arrays["flow"].astype(np.float32)
    return FeatureSet(
        flow=flow,
        label=label.astype(np.int64),
        dataset=_texts(arrays, "dataset", path),
        subject=_texts(arrays, "subject", path),
        clip=_texts(arrays, "clip", path),
        classes=_classes(attributes.pop("classes", None), label, path),
        attributes=attributes,
        **{"apex": np.zeros((len(label), 0, 0), np.uint8)}
        | {name: arrays[name] for name in PICTURES if name in arrays},
    )


def _texts(arrays: Mapping[str, np.ndarray], name: str, path: Path) -> np.ndarray:
    """As text: names, or numbers that name someone."""
    array = arrays[name]
    if array.dtype.kind not in "USiuf":
        raise FeatureError(f"{path}: '{name}' must hold text, but has the type {array.dtype}.")
    try:
        return np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array.astype(str)
    except UnicodeDecodeError as error:
        raise FeatureError(f"{path}: '{name}' holds text that is not UTF-8: make the features again.") from error


def _classes(named: Any, label: np.ndarray, path: Path) -> tuple[str, ...]:
    """The classes as a file names them, or names for its labels."""
    if named is None:
        count = int(label.max()) + 1 if label.size else 0
        if count > _MOST_UNNAMED:
            raise FeatureError(f"{path}: 'label' reaches {count - 1}, but counts classes from 0: number them again.")
        if count == len(MEGC_CLASSES):
            return MEGC_CLASSES
        if label.size and label.min() < 0:
            raise FeatureError(
                f"{path}: 'label' reaches {int(label.min())}, but counts classes from 0: number them again."
            )
        gaps = sorted(set(range(count)) - set(label.tolist()))
        if gaps:
            raise FeatureError(
                f"{path}: 'label' counts {count} classes without naming them, but no clip is of "
                f"{', '.join(map(str, gaps[:5]))}{', …' if len(gaps) > 5 else ''}: number them without gaps, or name "
                "all in the attribute 'classes'."
            )
        return tuple(f"class {index}" for index in range(count))
    if not isinstance(named, list) or not named or not all(isinstance(name, str) for name in named):
        raise FeatureError(f"{path}: 'classes' must be a list of names, but is {named!r}.")
    return tuple(named)
