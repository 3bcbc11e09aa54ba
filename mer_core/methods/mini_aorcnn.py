"""Mini-AORCNN as a method to be judged: the network is in ``mer_core.models.mini_aorcnn``."""

from mer_core.methods.single_network import single_network_method
from mer_core.training.loop_settings import MiniAorcnnSettings

METHOD = single_network_method(
    name="mini-aorcnn",
    title="residual blocks and a bottleneck transformer on the flow",
    reads=("flow",),
    source="Zhang et al. 2022",
    settings=MiniAorcnnSettings,
    network="mer_core.models.mini_aorcnn:MiniAorcnn",
    heavy=False,
)
