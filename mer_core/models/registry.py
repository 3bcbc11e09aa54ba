"""Methods by name: what ``evaluate`` can judge. Importing this module does not import torch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mer_core.errors import ModelError
from mer_core.features import FeatureSet
from mer_core.training.settings import TrainSettings

Predict = Callable[[FeatureSet, np.ndarray, TrainSettings, int, Callable[[int, int], None]], np.ndarray]
"""(features, held_out (F, N) bool, settings, seed, on_epoch(done, total)) → (N, classes) float32 probabilities, each
clip by models that have not learnt from it; NaN where no fold holds it out. What ``on_epoch`` raises ends the work."""


@dataclass(frozen=True)
class Method:
    """One method: its name, a line about it, what it reads of a clip, where it comes from, and how it is judged."""

    name: str
    title: str
    reads: tuple[str, ...]
    source: str
    predict_held_out: Predict


def method(name: str) -> Method:
    """The method of that name, or ModelError."""
    if name not in METHODS:
        raise ModelError(f"The method '{name}' is unknown: choose one of {', '.join(METHODS)}.")
    return METHODS[name]


def _mr_uamf(
    features: FeatureSet,
    held_out: np.ndarray,
    settings: TrainSettings,
    seed: int,
    on_epoch: Callable[[int, int], None],
) -> np.ndarray:
    from mer_core.models.inputs import Inputs
    from mer_core.training.team import Team, workers

    inputs = Inputs.of(features, settings)
    team = Team(inputs, features.label, held_out, len(features.classes), settings, seed)
    with workers() as pool:
        for done, _ in enumerate(team.epochs(pool), start=1):
            on_epoch(done, settings.total_epochs)
    return team.held_out_probabilities()


METHODS = {
    one.name: one
    for one in (
        Method(
            "mr-uamf",
            "shallow flow network with micro-attention, image fusion and FU-MIX",
            ("flow", "apex"),
            "Gao et al. 2025",
            _mr_uamf,
        ),
    )
}
