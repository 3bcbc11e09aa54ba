"""Dual-Inception as a method to be judged: the network is in ``mer_core.models.dual_inception``."""

from mer_core.methods.members import members_method
from mer_core.training.flow_settings import DualInceptionSettings

METHOD = members_method(
    name="dual-inception",
    title="two streams of two inception blocks on u and v",
    reads=("flow",),
    source="Zhou et al. 2019",
    settings=DualInceptionSettings,
)
