"""DATA on the command line: a feature file, or a project whose labelled clips are measured."""

from pathlib import Path

from mer_core.annotation.label_maps import MEGC, LabelMap
from mer_core.features import FeatureSet, read_features
from mer_core.progress import Progress, silent

HELP = "a feature file (.h5, .npz) or a project's folder"


def read_data(
    path: Path, progress: Progress = silent, labels: LabelMap | None = None, *, frames: bool = False, jobs: int = 1
) -> FeatureSet:
    """The features of ``path``; labels, frames and jobs are for a project's, as of ``project_features``."""
    if not path.is_dir():
        return read_features(path)
    from mer_core.project.features import project_features

    return project_features(path, progress, frames=frames, jobs=jobs, label_map=labels or MEGC)
