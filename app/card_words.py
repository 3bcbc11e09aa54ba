"""How a model's card is put into words, wherever it is read."""

from collections.abc import Mapping
from typing import Any

_METHODS = {"mr-uamf": "MR-UAMF", "mr-uamf-plus": "MR-UAMF+", "ststnet": "STSTNet"}


def method(card: dict[str, Any]) -> str:
    """The method's name as people write it; commands take its id."""
    name = str(card["method"])
    return _METHODS.get(name, name)


def figure(value: dict[str, float], seeds: int) -> str:
    """The mean and its spread over the seeds; one seed has none."""
    return f"{value['mean']:.3f}" + (f" ± {value['sd']:.3f}" if seeds > 1 else "")


def protocol(card: Mapping[str, Any]) -> str:
    """By which protocol the model was judged, in words."""
    from mer_core.evaluation.protocols import PROTOCOLS  # numpy comes with it: not before the window is painted

    known = PROTOCOLS.get(card["protocol"])
    return known.title if known is not None else str(card["protocol"])
