"""MACNN as a method to be judged: the network is in ``mer_core.models.macnn``."""

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.training.loop_settings import MacnnSettings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: MacnnSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """Fold by fold: see ``mer_core.models.method.Predict``."""
    from mer_core.models.macnn import SIDE, Macnn
    from mer_core.training.fold_loop import face_pictures, predict_fold_by_fold

    inputs = face_pictures(features, SIDE)
    return predict_fold_by_fold(Macnn, inputs, features, held_out, settings, seed, on_epoch)


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.counting import parameter_count
    from mer_core.models.macnn import Macnn

    return parameter_count(lambda: Macnn(MacnnSettings(), classes))


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.counting import multiply_adds
    from mer_core.models.macnn import SIDE, Macnn

    return multiply_adds(lambda: Macnn(MacnnSettings(), classes), (1, SIDE, SIDE))


METHOD = Method(
    name="macnn",
    title="residual blocks and atrous convolutions on the apex face",
    reads=("apex",),
    source="Lai et al. 2020",
    settings=MacnnSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    heavy=True,
)
