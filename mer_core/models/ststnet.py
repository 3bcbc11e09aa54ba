"""STSTNet (Liong et al. 2019, *Shallow triple stream three-dimensional CNN*) and its public checkpoints.

Layer for layer: three 3×3 convolutions (padding 2) of 3, 5 and 8 kernels over (u, v, strain), each with ReLU, batch
norm, 3×3 max-pool (stride 3, padding 1) and dropout; joined, 2×2 average pool → 400 → classes: 1,683 weights. It is the
backbone of MR-UAMF, so it is ``MrUamf`` without attention and image stream, batch norm as printed.

A public checkpoint (the ``.pth`` files of the authors' Python code) holds torch's tensors of plain layers. Mapping:

====================================  ======================================================
``conv1``–``conv3`` weight and bias    ``flow.weight``, ``flow.bias``: joined in that order
``bn1``–``bn3`` weight and bias        ``flow.scale``, ``flow.shift``
``bn1``–``bn3`` running mean and var   ``flow.mean``, ``flow.variance``
``fc`` weight and bias                 ``classes.weight``, ``classes.bias`` (same order of the 400 features)
====================================  ======================================================

The authors' code reads its (u, v, strain) pictures by OpenCV, which turns the channels round: the first input channel
of ``conv1``–``conv3`` is the strain, if the pictures hold (u, v, strain) as red, green and blue. ``channels`` says so;
ours is always (u, v, strain). Layout, order of classes and of channels are by reading the authors' code; the mapping is
tested on files written in that layout, for no public file itself could be had where this was written.

A checkpoint is a pickle: only its tensors are read (``weights_only``), nothing in it is run.
"""

import pickle
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.models.mr_uamf import MrUamf
from mer_core.training.flow_settings import StstNetSettings

OURS = ("u", "v", "strain")
PUBLIC = ("strain", "v", "u")
CHECKPOINT = StstNetSettings(scaling="bytes", flip=False, seeds=1)
"""What the public checkpoints were fed with: min-max to 0..255, unmirrored."""
_OWN = {
    "flow.weight": "conv{}.weight",
    "flow.bias": "conv{}.bias",
    "flow.scale": "bn{}.weight",
    "flow.shift": "bn{}.bias",
    "flow.mean": "bn{}.running_mean",
    "flow.variance": "bn{}.running_var",
}
_STREAMS = (3, 5, 8)
_WRAPPINGS = ("state_dict", "model_state_dict", "model")
_DAMAGED = (
    *(OSError, EOFError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(AssertionError, MemoryError, OverflowError, struct.error, pickle.UnpicklingError),
)
"""What torch raises on a file that is none of its own: a pickle is a program, and fails as one."""


def read_checkpoint(path: Path, channels: Sequence[str] = PUBLIC) -> MrUamf:
    """A public checkpoint as a network of one member, or ModelError; see ``from_checkpoint``."""
    if not Path(path).is_file():
        raise ModelError(f"{path} cannot be read as a checkpoint of STSTNet: there is no such file, check the path.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGED as error:
        raise ModelError(f"{path} cannot be read as a checkpoint of STSTNet: choose another file.") from error
    if not isinstance(state, Mapping):
        raise ModelError(f"{path} holds no tensors by name: choose a checkpoint of STSTNet.")
    return from_checkpoint(_unwrapped(state), channels)


def from_checkpoint(state: Mapping[str, Tensor], channels: Sequence[str] = PUBLIC) -> MrUamf:
    """The network of a checkpoint's tensors, for flow scaled as in ``CHECKPOINT``.

    channels: what the checkpoint's input channels are, in its order; the default is the public files' order.
    """
    channels = [name.strip() for name in channels]
    if sorted(channels) != sorted(OURS):
        raise ModelError(f"The channels {', '.join(channels)} must be {', '.join(OURS)} in some order.")
    names = [*(name.format(stream) for name in _OWN.values() for stream in (1, 2, 3)), "fc.weight", "fc.bias"]
    missing = [name for name in names if name not in state]
    if missing:
        raise ModelError(f"This is no checkpoint of STSTNet: it lacks '{missing[0]}'.")
    for name, shape in _shapes(state["fc.bias"]).items():
        value = state[name]
        if not isinstance(value, Tensor) or value.shape != shape or not value.is_floating_point():
            raise ModelError(f"This is no checkpoint of STSTNet: '{name}' must be numbers of the shape {shape}.")
        if not value.isfinite().all():
            raise ModelError(f"This checkpoint is damaged: '{name}' holds values that are not finite.")
        if name.endswith("running_var") and (value < 0).any():
            raise ModelError(f"This checkpoint is damaged: '{name}' is a variance, but holds values below 0.")
    joined = {own: torch.cat([state[name.format(stream)] for stream in (1, 2, 3)]) for own, name in _OWN.items()}
    joined["flow.weight"] = joined["flow.weight"][:, [list(channels).index(name) for name in OURS]]
    joined |= {"classes.weight": state["fc.weight"], "classes.bias": state["fc.bias"]}
    members = {name: value.float()[None] for name, value in joined.items()}
    return MrUamf.from_state(CHECKPOINT, len(state["fc.bias"]), members)


def _unwrapped(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tensors alone, as training scripts wrap them: beside an optimiser's, and by ``DataParallel``."""
    inner = next((state[name] for name in _WRAPPINGS if isinstance(state.get(name), Mapping)), state)
    return {str(name).removeprefix("module."): value for name, value in inner.items()}


def _shapes(classes: Any) -> dict[str, tuple[int, ...]]:
    """What each tensor of a checkpoint must measure; classes: its ``fc.bias``."""
    count = len(classes) if isinstance(classes, Tensor) and classes.ndim == 1 else 0
    shapes: dict[str, tuple[int, ...]] = {"fc.bias": (max(count, 2),), "fc.weight": (count, 400)}
    for stream, kernels in enumerate(_STREAMS, start=1):
        shapes |= {name.format(stream): (kernels,) for name in _OWN.values()}
        shapes[f"conv{stream}.weight"] = (kernels, len(OURS), 3, 3)
    return shapes
