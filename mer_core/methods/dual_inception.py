"""DualInception as a method to be judged: the network is in ``mer_core.models.dual_inception``."""

from mer_core.methods.folds_at_once import held_out_by_epoch, predict_held_out
from mer_core.models.method import Method
from mer_core.training.flow_settings import DualInceptionSettings


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.dual_inception import DualInception

    return DualInception.parameter_count(DualInceptionSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.dual_inception import DualInception

    return DualInception.multiply_adds(DualInceptionSettings(), classes)


METHOD = Method(
    name="dual-inception",
    title="two streams of two inception blocks on u and v",
    reads=("flow",),
    source="Zhou et al. 2019",
    settings=DualInceptionSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    held_out_by_epoch=held_out_by_epoch,
)
