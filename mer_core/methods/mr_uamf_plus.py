"""MR-UAMF+ as a method to be judged: the network is in ``mer_core.models.plus``."""

from mer_core.methods.members import members_method
from mer_core.training.plus_settings import PlusSettings

METHOD = members_method(
    name="mr-uamf-plus",
    title="standardised half-waves of the flow, pooled to 7×7, one hidden layer, mixup, eight varied networks",
    reads=("flow",),
    source="this project",
    settings=PlusSettings,
)
