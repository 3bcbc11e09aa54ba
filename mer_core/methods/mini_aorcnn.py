"""Mini-AORCNN as a method to be judged: the network is in ``mer_core.models.mini_aorcnn``."""

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.training.loop_settings import MiniAorcnnSettings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: MiniAorcnnSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """Fold by fold: see ``mer_core.models.method.Predict``."""
    from mer_core.models.mini_aorcnn import SIDE, MiniAorcnn
    from mer_core.training.fold_loop import flow_pictures, predict_fold_by_fold

    inputs = flow_pictures(features, SIDE)
    return predict_fold_by_fold(MiniAorcnn, inputs, features, held_out, settings, seed, on_epoch)


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.counting import parameter_count
    from mer_core.models.mini_aorcnn import MiniAorcnn

    return parameter_count(lambda: MiniAorcnn(MiniAorcnnSettings(), classes))


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.counting import multiply_adds
    from mer_core.models.mini_aorcnn import SIDE, MiniAorcnn

    return multiply_adds(lambda: MiniAorcnn(MiniAorcnnSettings(), classes), (3, SIDE, SIDE))


METHOD = Method(
    name="mini-aorcnn",
    title="residual blocks and a bottleneck transformer on the flow",
    reads=("flow",),
    source="Zhang et al. 2022",
    settings=MiniAorcnnSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    heavy=True,
)
