"""STSTNet as a method to be judged: the network is in ``mer_core.models.ststnet``."""

from mer_core.methods.members import members_method
from mer_core.training.flow_settings import StstNetSettings

METHOD = members_method(
    name="ststnet",
    title="shallow triple-stream network on u, v and strain",
    reads=("flow",),
    source="Liong et al. 2019",
    settings=StstNetSettings,
)
