"""MR-UAMF as a method to be judged: the network is in ``mer_core.models.mr_uamf``."""

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.training.settings import TrainSettings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: TrainSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """All folds at once: see ``mer_core.models.method.Predict``."""
    from mer_core.models.inputs import Inputs
    from mer_core.training.team import Team, workers

    inputs = Inputs.of(features, settings)
    team = Team(inputs, features.label, held_out, len(features.classes), settings, seed)
    with workers() as pool:
        for done, _ in enumerate(team.epochs(pool), start=1):
            on_epoch(done, settings.total_epochs)
    return team.held_out_probabilities()


def parameters(classes: int) -> int:
    """Weights of one member with the default settings."""
    from mer_core.models.mr_uamf import parameter_count

    return parameter_count(TrainSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one member with the default settings."""
    from mer_core.models.mr_uamf import multiply_adds

    return multiply_adds(TrainSettings(), classes)


METHOD = Method(
    name="mr-uamf",
    title="shallow flow network with micro-attention, image fusion and FU-MIX",
    reads=("flow", "apex"),
    source="Gao et al. 2025",
    settings=TrainSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
)
