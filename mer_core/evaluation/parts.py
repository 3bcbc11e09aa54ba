"""The parts of a study: one seed of one entry, measured once and kept, so that a study can be resumed."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mer_core.damage import DAMAGE
from mer_core.errors import MerError, ModelError
from mer_core.evaluation.code_digest import code_digest
from mer_core.features import FeatureSet
from mer_core.models.registry import method
from mer_core.models.settings import MethodSettings
from mer_core.versions import versions


@dataclass(frozen=True)
class Task:
    """What is to be measured. ``division`` names the split: full, or small for heavy methods; ``peek``: epochs too."""

    entry: str
    method: str
    settings: MethodSettings
    seed: int
    division: str
    peek: bool = False


@dataclass(frozen=True)
class Part:
    """What was measured: (N, C) float32 probabilities, NaN where no fold holds a clip out, and the time it took.

    epochs: (E, N) int8, what held-out clips were taken for after each epoch (−1: not held out), where peeked at.
    """

    held_out: np.ndarray
    seconds: float
    epochs: np.ndarray | None = None


def measure(features: FeatureSet, held_out: np.ndarray, task: Task, on_epoch: Callable[[int, int], None]) -> Part:
    """Train and test one seed. ModelError if the method does not give a probability for every held-out clip."""
    chosen = method(task.method)
    began = time.perf_counter()
    epochs = None
    if task.peek and chosen.held_out_by_epoch is not None:
        probabilities, epochs = _watched(
            chosen.held_out_by_epoch(features, held_out, task.settings, task.seed, on_epoch)
        )
    else:
        probabilities = chosen.predict_held_out(features, held_out, task.settings, task.seed, on_epoch)
    check_probabilities(task.method, probabilities, features, held_out)
    return Part(probabilities.astype(np.float32), time.perf_counter() - began, epochs)


def _watched(by_epoch: Iterator[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The last epoch's probabilities, and each epoch's answers (E, N) int8."""
    answers = []
    for probabilities in by_epoch:
        there = np.isfinite(probabilities).all(axis=1)
        answers.append(np.where(there, np.nan_to_num(probabilities).argmax(axis=1), -1).astype(np.int8))
    return probabilities, np.stack(answers)


def check_probabilities(name: str, probabilities: np.ndarray, features: FeatureSet, held_out: np.ndarray) -> None:
    """Raise ModelError unless there is a finite (N, C) probability of each clip that is held out."""
    shape = (len(features), len(features.classes))
    if probabilities.shape != shape:
        raise ModelError(f"The method '{name}' gave probabilities of shape {probabilities.shape}, not {shape}.")
    bad = held_out.any(axis=0) & ~np.isfinite(probabilities).all(axis=1)
    if bad.any():
        raise ModelError(
            f"The method '{name}' gave {int(bad.sum())} of {int(held_out.any(axis=0).sum())} held-out clips no "
            f"probability that is a number (first: {features.clip[np.argmax(bad)]}): lower its learning rate."
        )


def content_digest(features: FeatureSet) -> str:
    """SHA-256 of all that is measured on."""
    digest = hashlib.sha256(json.dumps(list(features.classes)).encode())
    for name, array in sorted(features.arrays.items()):
        digest.update(f"{name} {array.dtype.kind} {array.shape}".encode())
        digest.update("\0".join(array.tolist()).encode() if array.dtype.kind == "U" else array.tobytes())
    return digest.hexdigest()


class PartStore:
    """Parts as files in ``folder``, each named by what it is and a digest of all that it depends on.

    The data, the folds, the settings, the libraries and the code: what other code measured is not found, but measured
    anew.
    """

    def __init__(self, folder: Path, features: FeatureSet, divisions: dict[str, np.ndarray]) -> None:
        self._folder = folder
        self._shape = (len(features), len(features.classes))
        content = content_digest(features)
        self._base = {
            name: f"{content} {hashlib.sha256(np.packbits(held_out).tobytes()).hexdigest()} {held_out.shape}"
            for name, held_out in divisions.items()
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MerError(f"{folder} cannot be made ({error.strerror}): choose another folder with --out.") from error

    def find(self, task: Task) -> Part | None:
        """The part, if it was measured before; a damaged file counts as not measured."""
        try:
            with np.load(self._path(task), allow_pickle=False) as file:
                epochs = file.get("epochs")
                part = Part(file["held_out"], float(file["seconds"]), epochs)
        except DAMAGE:
            return None
        return part if part.held_out.shape == self._shape else None

    def add(self, task: Task, part: Part) -> None:
        """Keep it: written beside first, then renamed, so that a kill leaves a whole part or none."""
        path = self._path(task)
        partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
        arrays = {"held_out": part.held_out, "seconds": np.array(part.seconds)}
        if part.epochs is not None:
            arrays["epochs"] = part.epochs
        try:
            with partial.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
            partial.replace(path)
        except OSError as error:
            raise MerError(f"{path} cannot be written ({error.strerror}): make room, then run it again.") from error
        finally:
            partial.unlink(missing_ok=True)

    def _path(self, task: Task) -> Path:
        # How many seeds a study has does not change any one of them.
        own = {name: value for name, value in task.settings.to_dict().items() if name not in ("seeds", "seed")}
        said = json.dumps(
            [self._base[task.division], task.method, own, task.seed, task.peek, versions(), code_digest()],
            sort_keys=True,
        )
        return self._folder / f"{task.entry}_seed{task.seed}_{hashlib.sha256(said.encode()).hexdigest()[:16]}.npz"
