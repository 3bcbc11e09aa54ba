"""Methods by name: what ``evaluate`` can judge. Importing this module does not import torch."""

from importlib import import_module

from mer_core.errors import ModelError
from mer_core.models.method import Method

_MODULES = (
    "mer_core.methods.mr_uamf",
    "mer_core.methods.mr_uamf_plus",
    "mer_core.methods.lbp_top",
    "mer_core.methods.hog3d",
    "mer_core.methods.hoof",
    "mer_core.methods.off_apexnet",
    "mer_core.methods.ststnet",
    "mer_core.methods.dual_inception",
    "mer_core.methods.macnn",
    "mer_core.methods.micro_attention",
    "mer_core.methods.mini_aorcnn",
)
"""One module a method, each with its METHOD and no heavy import; the order is that of every list of methods."""

METHODS: dict[str, Method] = {one.name: one for one in (import_module(module).METHOD for module in _MODULES)}


def method(name: str) -> Method:
    """The method of that name, or ModelError."""
    if name not in METHODS:
        raise ModelError(f"The method '{name}' is unknown: choose one of {', '.join(METHODS)}.")
    return METHODS[name]
