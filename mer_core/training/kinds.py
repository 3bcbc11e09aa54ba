"""The kinds of models that can be trained, kept and asked: what differs between them, in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from mer_core.errors import ModelError
from mer_core.models.dual_inception import DualInception
from mer_core.models.inputs import Inputs
from mer_core.models.member_network import MemberNetwork
from mer_core.models.mr_uamf import MrUamf
from mer_core.models.off_apexnet import OffApexNet
from mer_core.models.plus import PlusNetwork
from mer_core.models.plus_inputs import PlusInputs
from mer_core.models.settings import MethodSettings
from mer_core.training.flow_settings import DualInceptionSettings, OffApexNetSettings, StstNetSettings
from mer_core.training.members import Members
from mer_core.training.plus_members import PlusMembers
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.settings import LearningSettings, TrainSettings

Network = MemberNetwork | PlusNetwork
Settings = LearningSettings | PlusSettings


@dataclass(frozen=True)
class Kind:
    """A method's name and settings; ``inputs`` of (features, settings); its members in training; its network."""

    method: str
    settings: type[MethodSettings]
    inputs: Callable[..., Any]
    members: Callable[..., Members | PlusMembers]
    network: type[MemberNetwork] | type[PlusNetwork]


def _small(method: str, settings: type[LearningSettings], network: type[MemberNetwork]) -> Kind:
    return Kind(method, settings, Inputs.of, partial(Members, kind=network), network)


KINDS = (
    Kind("mr-uamf", TrainSettings, Inputs.of, Members, MrUamf),
    Kind("mr-uamf-plus", PlusSettings, PlusInputs.of, PlusMembers, PlusNetwork),
    Kind("ststnet", StstNetSettings, Inputs.of, Members, MrUamf),
    _small("off-apexnet", OffApexNetSettings, OffApexNet),
    _small("dual-inception", DualInceptionSettings, DualInception),
)


def kind_of(settings: MethodSettings) -> Kind:
    """The kind whose settings these are, or ModelError."""
    for kind in KINDS:
        if isinstance(settings, kind.settings):
            return kind
    raise ModelError(f"These settings are of no model that can be trained: {type(settings).__name__}.")


def kind_named(method: str) -> Kind:
    """The kind of that method, or ModelError."""
    for kind in KINDS:
        if kind.method == method:
            return kind
    names = ", ".join(kind.method for kind in KINDS)
    raise ModelError(f"A model of the method '{method}' cannot be kept: choose one of {names}.")
