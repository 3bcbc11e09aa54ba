"""MR-UAMF+ as a method to be judged: the network is in ``mer_core.models.plus``."""

from mer_core.methods.folds_at_once import held_out_by_epoch, predict_held_out
from mer_core.models.method import Method
from mer_core.training.plus_settings import PlusSettings


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
    held_out_by_epoch=held_out_by_epoch,
)
