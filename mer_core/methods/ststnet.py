"""StstNet as a method to be judged: the network is in ``mer_core.models.ststnet``."""

from mer_core.methods.folds_at_once import held_out_by_epoch, predict_held_out
from mer_core.models.method import Method
from mer_core.training.flow_settings import StstNetSettings


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.mr_uamf import MrUamf

    return MrUamf.parameter_count(StstNetSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.mr_uamf import MrUamf

    return MrUamf.multiply_adds(StstNetSettings(), classes)


METHOD = Method(
    name="ststnet",
    title="shallow triple-stream network on u, v and strain",
    reads=("flow",),
    source="Liong et al. 2019",
    settings=StstNetSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    held_out_by_epoch=held_out_by_epoch,
)
