"""MR-UAMF+ as a method to be judged: the network is in ``mer_core.models.plus``."""

from collections.abc import Iterator

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.training.plus_settings import PlusSettings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: PlusSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """All folds at once: see ``mer_core.models.method.Predict``."""
    from mer_core.training import held_out as judged

    return judged.predict_held_out(features, held_out, settings, seed, on_epoch)


def held_out_by_epoch(
    features: FeatureSet, held_out: np.ndarray, settings: PlusSettings, seed: int, on_epoch: OnEpoch
) -> Iterator[np.ndarray]:
    """See ``mer_core.models.method.PredictByEpoch``."""
    from mer_core.training import held_out as judged

    return judged.held_out_by_epoch(features, held_out, settings, seed, on_epoch)


def parameters(classes: int) -> int:
    """Weights of one seed with the default settings."""
    from mer_core.models.plus import parameter_count

    return parameter_count(PlusSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one seed with the default settings."""
    from mer_core.models.plus import multiply_adds

    return multiply_adds(PlusSettings(), classes)


METHOD = Method(
    name="mr-uamf-plus",
    title="standardised half-waves of the flow, pooled to 7×7, one hidden layer, mixup, three networks",
    reads=("flow",),
    source="this project",
    settings=PlusSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
)
