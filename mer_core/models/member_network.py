"""What networks of many members have in common: made, chosen from, saved and read.

A *member* is one network of its own (a fold's, or a seed's of an ensemble). All members are one object here: every
weight has the members as its first axis, and all read the same batch. Activations are laid out as in ``layers``.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.models.inputs import Inputs

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Output:
    """logits: (B, K, classes). attention: (B, 10, 10, K), φ(A) of the flow stream; 1 everywhere without attention."""

    logits: Tensor
    attention: Tensor | None = None


class MemberNetwork(ABC):
    """K members of a network. ``weights`` are learnt, ``statistics`` are batch norm's running mean and variance."""

    def __init__(
        self, settings: Any, classes: int, weights: dict[str, Tensor], statistics: dict[str, Tensor] | None = None
    ) -> None:
        self.settings = settings
        self.classes = classes
        self.weights = weights
        self.statistics = statistics or {}

    @staticmethod
    @abstractmethod
    def shapes(settings: Any, classes: int) -> tuple[Shapes, Shapes]:
        """Shapes of one member's weights and of its statistics, by name."""

    @staticmethod
    def places(_settings: Any, _name: str) -> int:
        """At how many places of the picture a weight is applied: 1 in a fully connected layer."""
        return 1

    @abstractmethod
    def forward(
        self,
        flow: Tensor,
        image: Tensor | None,
        keep: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Output:
        """Logits of every member for every clip.

        flow: (B, C, 28, 28); image: (B, 1, 28, 28) or None. For training, ``keep`` (B, K) float says which clips
        each member may learn from, and ``generator`` draws the dropout, the same for all members.
        """

    @classmethod
    def create(
        cls,
        settings: Any,
        classes: int,
        members: int,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Self:
        """New members that all start from the same random weights: they shall differ by their clips alone."""
        shapes, statistics = cls.shapes(settings, classes)
        weights = {}
        for name, shape in shapes.items():
            first = cls.initial(name, shape, settings, generator)
            weights[name] = first.to(dtype).expand(members, *shape).clone().requires_grad_()
        running = {
            name: (torch.zeros if name.endswith("mean") else torch.ones)(members, *shape, dtype=dtype)
            for name, shape in statistics.items()
        }
        return cls(settings, classes, weights, running)

    @staticmethod
    def initial(name: str, shape: tuple[int, ...], _settings: Any, generator: torch.Generator) -> Tensor:
        """First weights: Glorot's uniform ones; biases 0, batch norm's scale 1."""
        if not name.endswith("weight"):
            return torch.full(shape, 1.0 if name.endswith("scale") else 0.0)
        return glorot(shape, generator)

    @classmethod
    def parameter_count(cls, settings: Any, classes: int) -> int:
        """Learnt numbers of one member."""
        return sum(math.prod(shape) for shape in cls.shapes(settings, classes)[0].values())

    @classmethod
    def multiply_adds(cls, settings: Any, classes: int) -> int:
        """Multiply-adds of one clip in one member: each layer's weights at every place where it is applied."""
        weights = cls.shapes(settings, classes)[0]
        return sum(cls.places(settings, n) * math.prod(s) for n, s in weights.items() if n.endswith("weight"))

    @property
    def members(self) -> int:
        """K."""
        return len(self.weights["classes.bias"])

    @torch.no_grad()
    def probabilities(self, inputs: Inputs, rows: Tensor) -> Tensor:
        """Of the clips ``rows`` (R,) int64 of ``inputs``: (R, classes) float32.

        The mean over the members, and over both mirror images if trained with them.
        """
        sides = (0, 1) if self.settings.flip else (0,)
        total = torch.zeros(len(rows), self.classes)
        for side in sides:
            flow, image = inputs.pick(rows, torch.full_like(rows, side))
            total += self.forward(flow, image).logits.softmax(-1).mean(1)
        return total / len(sides)

    def parameters(self) -> list[Tensor]:
        """What an optimiser changes."""
        return list(self.weights.values())

    def select(self, members: Sequence[int]) -> Self:
        """A copy of some members, for recognition only."""
        rows = torch.as_tensor(list(members))
        return type(self)(
            self.settings,
            self.classes,
            {name: value.detach()[rows] for name, value in self.weights.items()},
            {name: value[rows] for name, value in self.statistics.items()},
        )

    @classmethod
    def together(cls, networks: Sequence[Self]) -> Self:
        """One network of all the members of several."""
        states = [network.state() for network in networks]
        joined = {name: torch.cat([state[name] for state in states]) for name in states[0]}
        return cls.from_state(networks[0].settings, networks[0].classes, joined)

    def state(self) -> dict[str, Tensor]:
        """All tensors by name, float32, to be saved."""
        tensors = {**self.weights, **self.statistics}
        return {name: value.detach().float().contiguous() for name, value in tensors.items()}

    @classmethod
    def from_state(cls, settings: Any, classes: int, state: Mapping[str, Tensor]) -> Self:
        """From ``state``; ModelError if a tensor is missing or of another shape."""
        shapes, statistics = cls.shapes(settings, classes)
        members = {len(value) for value in state.values() if value.ndim}
        for name, shape in {**shapes, **statistics}.items():
            if name not in state or tuple(state[name].shape[1:]) != shape or len(members) != 1:
                raise ModelError(
                    f"The model's weights do not fit its card ('{name}'): it is damaged or of another version."
                )
        return cls(settings, classes, {n: state[n] for n in shapes}, {n: state[n] for n in statistics})

    def connect(self, layer: str, vectors: Tensor) -> Tensor:
        """Each member's fully connected layer of its vectors: (B, K, f) → (B, K, o)."""
        weight, bias = self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"]
        return torch.einsum("bkf,kof->bko", vectors, weight) + bias


def dropout(shape: Sequence[int], member_axis: int, rate: float, generator: torch.Generator | None) -> Tensor | None:
    """Factors that drop the same places in all members: random numbers are a seed's, not a member's."""
    if generator is None or not rate:
        return None
    shape = [1 if axis == member_axis else size for axis, size in enumerate(shape)]
    stay = 1 - rate
    return (torch.rand(shape, generator=generator) < stay).float().div_(stay)


def glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Glorot's uniform weights of a layer (outputs, inputs, …)."""
    field = math.prod(shape[2:])
    outputs, inputs = (shape[0], shape[1]) if len(shape) > 1 else (1, shape[0])
    bound = math.sqrt(6 / (field * (inputs + outputs)))
    return (torch.rand(shape, generator=generator) * 2 - 1) * bound
