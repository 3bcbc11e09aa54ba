"""The micro-attention network as a method to be judged: the network is in ``mer_core.models.micro_attention``."""

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Method, OnEpoch
from mer_core.training.loop_settings import MicroAttentionSettings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: MicroAttentionSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """Fold by fold: see ``mer_core.models.method.Predict``."""
    from mer_core.models.micro_attention import MicroAttentionNetwork
    from mer_core.training.fold_loop import face_pictures, predict_fold_by_fold

    inputs = face_pictures(features, settings.side)
    return predict_fold_by_fold(MicroAttentionNetwork, inputs, features, held_out, settings, seed, on_epoch)


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.counting import parameter_count
    from mer_core.models.micro_attention import MicroAttentionNetwork

    return parameter_count(lambda: MicroAttentionNetwork(MicroAttentionSettings(), classes))


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.counting import multiply_adds
    from mer_core.models.micro_attention import MicroAttentionNetwork

    settings = MicroAttentionSettings()
    shape = (1, settings.side, settings.side)
    return multiply_adds(lambda: MicroAttentionNetwork(settings, classes), shape)


METHOD = Method(
    name="micro-attention",
    title="residual network with micro-attention on the apex face",
    reads=("apex",),
    source="Wang et al. 2020",
    settings=MicroAttentionSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    heavy=True,
)
