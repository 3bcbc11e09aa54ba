"""MACNN as a method to be judged: the network is in ``mer_core.models.macnn``."""

from mer_core.methods.single_network import single_network_method
from mer_core.training.loop_settings import MacnnSettings

METHOD = single_network_method(
    name="macnn",
    title="residual blocks and atrous convolutions on the apex face",
    reads=("apex",),
    source="Lai et al. 2020",
    settings=MacnnSettings,
    network="mer_core.models.macnn:Macnn",
    heavy=True,
)
