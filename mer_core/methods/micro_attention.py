"""The micro-attention network as a method to be judged: the network is in ``mer_core.models.micro_attention``."""

from mer_core.methods.single_network import single_network_method
from mer_core.training.loop_settings import MicroAttentionSettings

METHOD = single_network_method(
    name="micro-attention",
    title="residual network with micro-attention on the apex face",
    reads=("apex",),
    source="Wang et al. 2020",
    settings=MicroAttentionSettings,
    network="mer_core.models.micro_attention:MicroAttentionNetwork",
    heavy=True,
)
