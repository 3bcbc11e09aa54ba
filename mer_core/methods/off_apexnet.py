"""OffApexNet as a method to be judged: the network is in ``mer_core.models.off_apexnet``."""

from mer_core.methods.folds_at_once import held_out_by_epoch, predict_held_out
from mer_core.models.method import Method
from mer_core.training.flow_settings import OffApexNetSettings


def parameters(classes: int) -> int:
    """Weights with the default settings."""
    from mer_core.models.off_apexnet import OffApexNet

    return OffApexNet.parameter_count(OffApexNetSettings(), classes)


def flops(classes: int) -> int:
    """Multiply-adds of one clip with the default settings."""
    from mer_core.models.off_apexnet import OffApexNet

    return OffApexNet.multiply_adds(OffApexNetSettings(), classes)


METHOD = Method(
    name="off-apexnet",
    title="two streams of two 5×5 convolutions on u and v",
    reads=("flow",),
    source="Gan et al. 2019",
    settings=OffApexNetSettings,
    predict_held_out=predict_held_out,
    parameters=parameters,
    flops=flops,
    held_out_by_epoch=held_out_by_epoch,
)
