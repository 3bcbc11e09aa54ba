"""OFF-ApexNet as a method to be judged: the network is in ``mer_core.models.off_apexnet``."""

from mer_core.methods.members import members_method
from mer_core.training.flow_settings import OffApexNetSettings

METHOD = members_method(
    name="off-apexnet",
    title="two streams of two 5×5 convolutions on u and v",
    reads=("flow",),
    source="Gan et al. 2019",
    settings=OffApexNetSettings,
)
