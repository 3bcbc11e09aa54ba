"""MR-UAMF's network (Gao et al. 2025): a shallow flow stream with micro-attention, and an image stream beside it.

Backbone: STSTNet (Liong et al. 2019). Each stream is one 3×3 convolution over all channels (padding 2), ReLU, batch
norm, 3×3 max-pool, dropout; streams concatenated to 16 × 10 × 10; micro-attention; 2×2 average pool → 400 → classes.

Three streams of 3, 5 and 8 kernels side by side compute exactly what one stream of 16 computes, for nothing joins the
kernels of a stream before the concatenation. They differ only in their first weights (Glorot: the fewer kernels a
stream has, the larger), so no more should be read into that switch.

Many members (folds, or seeds of an ensemble) are one network here: every weight has the members as its first axis.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.models import layers
from mer_core.models.attention import attention_shapes, micro_attention
from mer_core.models.inputs import flow_channels
from mer_core.training.settings import TrainSettings

KERNELS = 16
POOLED = 5 * 5 * KERNELS
_STREAMS = {"triple": (3, 5, 8), "single": (16,)}
_MOMENTUM = 0.1


@dataclass(frozen=True)
class Output:
    """logits: (B, K, classes). attention: (B, 10, 10, K), φ(A) of the flow stream; 1 everywhere without attention."""

    logits: Tensor
    attention: Tensor


class MrUamf:
    """K members of the network. ``weights`` are learnt, ``statistics`` are batch norm's running mean and variance."""

    def __init__(
        self, settings: TrainSettings, classes: int, weights: dict[str, Tensor], statistics: dict[str, Tensor]
    ) -> None:
        self.settings = settings
        self.classes = classes
        self.weights = weights
        self.statistics = statistics

    @classmethod
    def create(cls, settings: TrainSettings, classes: int, members: int, generator: torch.Generator) -> "MrUamf":
        """New members that all start from the same random weights: they shall differ by their clips alone."""
        shapes, statistics = _shapes(settings, classes)
        weights = {}
        for name, shape in shapes.items():
            first = _initial(name, shape, settings, generator)
            weights[name] = first.expand(members, *shape).clone().requires_grad_()
        running = {
            name: (torch.zeros if name.endswith("mean") else torch.ones)(members, *shape)
            for name, shape in statistics.items()
        }
        return cls(settings, classes, weights, running)

    @property
    def members(self) -> int:
        """K."""
        return len(self.weights["classes.bias"])

    def parameters(self) -> list[Tensor]:
        """What an optimiser changes."""
        return list(self.weights.values())

    def select(self, members: Sequence[int]) -> "MrUamf":
        """A copy of some members, for recognition only."""
        rows = torch.as_tensor(list(members))
        return MrUamf(
            self.settings,
            self.classes,
            {name: value.detach()[rows] for name, value in self.weights.items()},
            {name: value[rows] for name, value in self.statistics.items()},
        )

    def state(self) -> dict[str, Tensor]:
        """All tensors by name, to be saved."""
        return {name: value.detach().contiguous() for name, value in {**self.weights, **self.statistics}.items()}

    @classmethod
    def from_state(cls, settings: TrainSettings, classes: int, state: Mapping[str, Tensor]) -> "MrUamf":
        """From ``state``; ModelError if a tensor is missing or of another shape."""
        shapes, statistics = _shapes(settings, classes)
        members = {len(value) for value in state.values() if value.ndim}
        for name, shape in {**shapes, **statistics}.items():
            if name not in state or tuple(state[name].shape[1:]) != shape or len(members) != 1:
                raise ModelError(
                    f"The model's weights do not fit its card ('{name}'): it is damaged or of another version."
                )
        return cls(settings, classes, {n: state[n] for n in shapes}, {n: state[n] for n in statistics})

    def forward(
        self,
        flow: Tensor,
        image: Tensor | None,
        keep: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Output:
        """Logits and attention of every member for every clip.

        flow: (B, C, 28, 28); image: (B, 1, 28, 28) or None. For training, ``keep`` (B, K) float says which clips
        each member may learn from, and ``generator`` draws the dropout, the same for all members.
        """
        vectors, attention = self._stream("flow", flow, keep, generator)
        if self.settings.image != "none":
            if image is None:
                raise ModelError("This model reads the apex picture beside the flow, but none was given.")
            vectors = torch.cat([vectors, self._stream("image", image, keep, generator)[0]], dim=-1)
        if self.settings.hidden:
            weight, bias = self.weights["hidden.weight"], self.weights["hidden.bias"]
            vectors = (torch.einsum("bkf,kof->bko", vectors, weight) + bias).relu()
            drop = self._dropout(vectors.shape, 1, generator)
            vectors = vectors if drop is None else vectors * drop
        logits = torch.einsum("bkf,kof->bko", vectors, self.weights["classes.weight"]) + self.weights["classes.bias"]
        return Output(logits, attention)

    def _stream(
        self, stream: str, picture: Tensor, keep: Tensor | None, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """One stream's feature vectors (B, K, 400) and attention (B, 10, 10, K)."""
        weight, bias = self.weights[f"{stream}.weight"], self.weights[f"{stream}.bias"]
        if self.settings.norm == "printed":
            maps = layers.convolve(picture, weight, bias).relu()
            maps = layers.max_pool(self._batch_norm(stream, maps, keep, None))
            drop = self._dropout(maps.shape, 3, generator)
            maps = maps if drop is None else maps * drop
        else:
            # ReLU commutes with max-pooling, and so does batch norm where its scale is positive: what is left of the
            # difference is that the statistics are those of the pooled maps.
            maps = layers.convolve_rectify_pool(picture, weight, bias)
            maps = self._batch_norm(stream, maps, keep, self._dropout(maps.shape, 3, generator))
        if self.settings.attention == "off":
            attention, base = maps.new_ones(maps.shape[:-1]), 0.0
        else:
            prefix = f"{stream}.attention."
            own = {n.removeprefix(prefix): w for n, w in self.weights.items() if n.startswith(prefix)}
            maps, attention = micro_attention(maps, own, self.settings.attention)
            base = 0.0 if self.settings.literal_attention else 1.0
        pooled = layers.attend_and_pool(maps, attention, base)
        return pooled.permute(0, 3, 4, 1, 2).reshape(len(pooled), self.members, POOLED), attention

    def _batch_norm(self, stream: str, maps: Tensor, keep: Tensor | None, drop: Tensor | None) -> Tensor:
        scale, shift = self.weights[f"{stream}.scale"], self.weights[f"{stream}.shift"]
        running = self.statistics[f"{stream}.mean"], self.statistics[f"{stream}.variance"]
        if keep is None:
            return layers.normalise(maps, *running, scale, shift)
        maps, *batch = layers.normalise_by_batch(maps, scale, shift, keep, drop)
        step = _MOMENTUM * (keep.sum(0) > 0)[:, None]
        for old, new in zip(running, batch, strict=True):
            old.lerp_(new, step)
        return maps

    def _dropout(self, shape: Sequence[int], member_axis: int, generator: torch.Generator | None) -> Tensor | None:
        """Factors that drop the same places in all members: random numbers are a seed's, not a member's."""
        if generator is None or not self.settings.dropout:
            return None
        shape = [1 if axis == member_axis else size for axis, size in enumerate(shape)]
        stay = 1 - self.settings.dropout
        return (torch.rand(shape, generator=generator) < stay).float().div_(stay)


def parameter_count(settings: TrainSettings, classes: int) -> int:
    """Learnt numbers of one member."""
    return sum(math.prod(shape) for shape in _shapes(settings, classes)[0].values())


def multiply_adds(settings: TrainSettings, classes: int) -> int:
    """Multiply-adds of one clip in one member: each weight of a layer at every place where the layer is applied."""
    total = 0
    for name, shape in _shapes(settings, classes)[0].items():
        if name.endswith("weight"):
            places = 30 * 30 if name in ("flow.weight", "image.weight") else 10 * 10 if "attention" in name else 1
            total += places * math.prod(shape)
    return total


def _shapes(settings: TrainSettings, classes: int) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Shapes of one member's weights and statistics, by name."""
    channels = {"flow": flow_channels(settings)} | ({"image": 1} if settings.image != "none" else {})
    weights: dict[str, tuple[int, ...]] = {}
    statistics: dict[str, tuple[int, ...]] = {}
    for stream, count in channels.items():
        weights[f"{stream}.weight"] = (KERNELS, count, 3, 3)
        for name in ("bias", "scale", "shift"):
            weights[f"{stream}.{name}"] = (KERNELS,)
        for name in ("mean", "variance"):
            statistics[f"{stream}.{name}"] = (KERNELS,)
        if settings.attention != "off":
            own = attention_shapes(settings.attention, KERNELS)
            weights |= {f"{stream}.attention.{name}": shape for name, shape in own.items()}
    width = POOLED * len(channels)
    if settings.hidden:
        weights |= {"hidden.weight": (settings.hidden, width), "hidden.bias": (settings.hidden,)}
    weights |= {"classes.weight": (classes, settings.hidden or width), "classes.bias": (classes,)}
    return weights, statistics


def _initial(name: str, shape: tuple[int, ...], settings: TrainSettings, generator: torch.Generator) -> Tensor:
    """Glorot's uniform weights, as in STSTNet; biases 0, batch norm's scale 1."""
    if not name.endswith("weight"):
        return torch.full(shape, 1.0 if name.endswith("scale") else 0.0)
    if name in ("flow.weight", "image.weight"):
        parts = [(count, *shape[1:]) for count in _STREAMS[settings.streams]]
        return torch.cat([_glorot(part, generator) for part in parts])
    return _glorot(shape, generator)


def _glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    field = math.prod(shape[2:])
    outputs, inputs = (shape[0], shape[1]) if len(shape) > 1 else (1, shape[0])
    bound = math.sqrt(6 / (field * (inputs + outputs)))
    return (torch.rand(shape, generator=generator) * 2 - 1) * bound
