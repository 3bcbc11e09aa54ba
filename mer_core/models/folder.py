"""A model's folder: ``weights.safetensors`` and ``card.json``."""

import hashlib
import json
from pathlib import Path
from typing import Any

from mer_core.errors import ModelError
from mer_core.models.cards import CARD
from mer_core.training.kinds import Network, kind_named

WEIGHTS = "weights.safetensors"


def write_model(folder: Path, network: Network, card: dict[str, Any]) -> dict[str, Any]:
    """Write weights and card into an existing folder; returns the card with the weights' digest put in."""
    from safetensors.torch import save

    content = save(network.state())
    (folder / WEIGHTS).write_bytes(content)
    card = {**card, "weights_sha256": hashlib.sha256(content).hexdigest()}
    (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card


def read_network(folder: Path, card: dict[str, Any]) -> Network:
    """The network in ``folder``, or ModelError if the weights are missing, damaged or another card's."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = Path(folder) / WEIGHTS
    try:
        content = path.read_bytes()
        state = load(content)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"The model's weights {path} cannot be read: choose another model or train it again."
        ) from error
    digest = card.get("weights_sha256")
    if digest is not None and digest != hashlib.sha256(content).hexdigest():
        raise ModelError(f"The model's weights {path} are not the ones its card describes: train it again.")
    if not all(value.is_floating_point() and value.numel() and value.isfinite().all() for value in state.values()):
        raise ModelError(f"The model's weights {path} are not all finite numbers: choose another model.")
    kind = kind_named(card["method"])
    settings: Any = kind.settings.from_dict(card["settings"])
    return kind.network.from_state(settings, len(card["classes"]), state)
