"""MR-UAMF as a method to be judged: the network is in ``mer_core.models.mr_uamf``."""

from mer_core.methods.members import members_method
from mer_core.training.settings import TrainSettings

METHOD = members_method(
    name="mr-uamf",
    title="shallow flow network with micro-attention, image fusion and FU-MIX",
    reads=("flow",),
    source="Gao et al. 2025",
    settings=TrainSettings,
)
