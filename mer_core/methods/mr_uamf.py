"""MR-UAMF as a method to be judged: the network is in ``mer_core.models.mr_uamf``."""

from mer_core.methods.folds_at_once import held_out_by_epoch, predict_held_out
from mer_core.models.method import Method
from mer_core.training.settings import TrainSettings


def parameters(classes: int) -> int:
    """Weights of one member with the default settings."""
    from mer_core.models.mr_uamf import MrUamf

    return MrUamf.parameter_count(TrainSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one member with the default settings."""
    from mer_core.models.mr_uamf import MrUamf

    return MrUamf.multiply_adds(TrainSettings(), classes)


METHOD = Method(
    name="mr-uamf",
    title="shallow flow network with micro-attention, image fusion and FU-MIX",
    reads=("flow", "apex"),
    source="Gao et al. 2025",
    settings=TrainSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    held_out_by_epoch=held_out_by_epoch,
)
