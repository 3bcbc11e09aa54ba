"""A project of 100 labelled clips measured by one process and by two: the speed-up, and the bytes a clip."""

import os
import tempfile
import time
from pathlib import Path

from mer_core.annotation import Annotation, Marks
from mer_core.features import FeatureSet, write_features
from mer_core.progress import silent
from mer_core.project import Change, Project
from mer_core.project.feature_cache import FILE_NAME
from mer_core.project.features import project_features
from mer_core.project.sample import make_sample_project

_SUBJECTS, _EACH = 10, 10
_ROUNDS = 2


def run() -> None:
    """Print what each takes, the best of some rounds in turn, so that a busy machine slows both alike."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "project"
        print(f"Making {_SUBJECTS * _EACH} clips…", flush=True)
        make_sample_project(folder, subjects=_SUBJECTS, clips_per_subject=_EACH)
        _code_all(folder)
        best = dict.fromkeys((1, 2), float("inf"))
        for _ in range(_ROUNDS):
            for jobs in best:
                (folder / FILE_NAME).unlink(missing_ok=True)
                began, used = time.perf_counter(), _processor_seconds()
                features = project_features(folder, silent, jobs=jobs)
                took, used = time.perf_counter() - began, _processor_seconds() - used
                best[jobs] = min(best[jobs], took)
                text = f"{jobs} process{'es' if jobs > 1 else '  '}: {took:6.1f} s, of {used:6.1f} s of a core"
                print(f"  {text}; the machine's load was {os.getloadavg()[0]:.1f}", flush=True)
        began = time.perf_counter()
        project_features(folder, silent)
        again = time.perf_counter() - began
        cores = os.cpu_count() or 1
        print(f"{len(features)} clips on {cores} cores: {best[1]:.1f} s by one process, {best[2]:.1f} s by two, "
              f"{best[1] / best[2]:.2f} times as fast; {again:.1f} s when all is there already.")  # fmt: skip
        _tell_bytes(folder, features)


def _processor_seconds() -> float:
    """Of this process and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _code_all(folder: Path) -> None:
    """The one clip that the sample leaves to be coded."""
    with Project.open(folder) as project:
        frames = project.clip(1).frames
        marks = Marks(frames // 4, frames // 2, 3 * frames // 4)
        said = Annotation(1, 1, project.coder, marks, "happiness", "12")
        project.apply(Change(None, said), project.coder, "Code it")


def _tell_bytes(folder: Path, features: FeatureSet) -> None:
    raw = sum(features.arrays[name].nbytes for name in ("flow", "apex", "onset")) / len(features)
    cache = (folder / FILE_NAME).stat().st_size / len(features)
    print(f"{'features.h5, the cache':28} {cache:8.0f} bytes a clip ({raw:.0f} unpacked)")
    for suffix in (".h5", ".npz"):
        file = folder / f"out{suffix}"
        write_features(file, features)
        print(f"{'feature file ' + suffix:28} {file.stat().st_size / len(features):8.0f} bytes a clip")
