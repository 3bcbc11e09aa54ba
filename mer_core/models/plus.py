"""MR-UAMF+: what is left of MR-UAMF where only what helps on faces never seen is kept.

The flow is scaled by each clip itself, split into half-waves, pooled to 7 × 7 places and read by one hidden layer. On
the 309 clips of CASME II and SMIC this does better on people never seen than convolutions with attention, apex picture
and FU-MIX: so little data cannot pay for more. Several networks answer together, each from its own first weights and
with its own doses of what is done against learning by heart (``mer_core.training.plus_settings``).

Many members (folds) of some networks each are one network here: every weight has the networks as its first axis and
the members as its second.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.models.fused_plus import two_layers
from mer_core.models.plus_inputs import CELL, FEATURES, MAPS, PLACES, PlusInputs, half_waves, mirrored, pooled
from mer_core.training.plus_settings import PlusSettings


class PlusNetwork:
    """M networks of K members. ``weights`` are learnt; ``scale`` (K, 245) is fitted on each member's own clips."""

    def __init__(self, settings: PlusSettings, classes: int, weights: dict[str, Tensor], scale: Tensor) -> None:
        self.settings = settings
        self.classes = classes
        self.weights = weights
        self.scale = scale
        self._flat: _Flat | None = None

    @classmethod
    def create(cls, settings: PlusSettings, classes: int, scale: Tensor, generator: torch.Generator) -> "PlusNetwork":
        """New members that all start from the same random weights: they shall differ by their clips alone.

        The weights are of the scale's dtype.
        """
        weights = {}
        for name, shape in _shapes(settings.hidden, classes).items():
            bound = (FEATURES if name.startswith("hidden") else settings.hidden) ** -0.5
            first = (torch.rand((settings.networks, 1, *shape), generator=generator) * 2 - 1) * bound
            weights[name] = first.to(scale.dtype).expand(-1, len(scale), *shape).clone().requires_grad_()
        return cls(settings, classes, weights, scale)

    @classmethod
    def parameter_count(cls, settings: Any, classes: int) -> int:
        """Learnt numbers of one seed, all its networks together."""
        return settings.networks * sum(math.prod(shape) for shape in _shapes(settings.hidden, classes).values())

    @classmethod
    def multiply_adds(cls, settings: Any, classes: int) -> int:
        """Multiply-adds of one clip in one seed, all its networks together."""
        return settings.networks * settings.hidden * (FEATURES + classes)

    def parameters(self) -> list[Tensor]:
        """What an optimiser changes."""
        return list(self.weights.values())

    def select(self, members: Sequence[int]) -> "PlusNetwork":
        """A copy of some members, for recognition only."""
        rows = torch.as_tensor(list(members))
        chosen = {name: value.detach()[:, rows] for name, value in self.weights.items()}
        return PlusNetwork(self.settings, self.classes, chosen, self.scale[rows])

    @classmethod
    def together(cls, networks: Sequence["PlusNetwork"]) -> "PlusNetwork":
        """The networks of several seeds as one, of members that have learnt from the same clips."""
        first = networks[0]
        joined = {name: torch.cat([one.weights[name].detach() for one in networks]) for name in first.weights}
        return cls(first.settings, first.classes, joined, first.scale)

    def state(self) -> dict[str, Tensor]:
        """All tensors by name, float32, to be saved."""
        tensors = {**self.weights, "scale": self.scale}
        return {name: value.detach().float().contiguous() for name, value in tensors.items()}

    @classmethod
    def from_state(cls, settings: PlusSettings, classes: int, state: Mapping[str, Tensor]) -> "PlusNetwork":
        """From ``state``; ModelError if a tensor is missing or of another shape."""
        shapes = _shapes(settings.hidden, classes)
        networks, members = state["hidden.bias"].shape[:2] if "hidden.bias" in state else (0, 0)
        whole = {name: (networks, members, *shape) for name, shape in shapes.items()}
        for name, shape in {**whole, "scale": (members, FEATURES)}.items():
            if name not in state or tuple(state[name].shape) != shape:
                raise ModelError(
                    f"The model's weights do not fit its card ('{name}'): it is damaged or of another version."
                )
        return cls(settings, classes, {name: state[name] for name in shapes}, state["scale"])

    def logits(self, features: Tensor, drop: Tensor | None = None) -> Tensor:
        """(M, B, 245) → (M, K, classes, B); ``drop`` (M, hidden, B): factors of the hidden units in all members."""
        return two_layers(features, self.weights, self.scale, drop)

    @torch.no_grad()
    def probabilities(self, inputs: PlusInputs, rows: Tensor) -> Tensor:
        """Of the clips ``rows`` (R,) int64 of ``inputs``, unmoved: (R, classes) float32.

        Means over networks, members and, if so trained, mirror images.
        """
        sides = inputs.features[: 2 if self.settings.flip else 1, 0, rows]
        chances = self.logits(self._for_all(sides.flatten(0, 1))).softmax(2).mean((0, 1))
        return chances.T.unflatten(0, sides.shape[:2]).mean(0)

    @torch.inference_mode()
    def opinion(self, flow: np.ndarray, _apex: np.ndarray, _onset: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (classes,) float32 and attention (28, 28) float32 in 0..1 of a clip's flow (28, 28, 3).

        Attention is what speaks for the answer, place by place: see ``evidence``.
        """
        features = pooled(half_waves(flow[None]))
        if self.settings.flip:
            features = torch.cat([features, mirrored(features)])
        probabilities, evidence = self.evidence(features)
        cells = (evidence[0] + evidence[1].flip(-1)) / 2 if self.settings.flip else evidence[0]
        return probabilities.numpy(), over_places(cells.clamp_min(0).numpy())

    @torch.no_grad()
    def evidence(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Of one clip's sides (S, 245): probabilities (classes,), and what each place adds to the answer (S, 7, 7).

        Gradient × input of the answer's logit above the mean logit, summed over maps, mean over networks. A network is
        linear wherever its hidden units stay on or off, so that product is what each place adds.
        """
        flat = self._flat or _Flat.of(self.weights, self._scaled())
        if not self.weights["hidden.weight"].requires_grad:
            self._flat = flat  # they learn no more
        hidden = torch.addmm(flat.hidden_bias, features, flat.hidden_weight.T).relu_()
        logits = torch.addmm(flat.classes_bias, hidden, flat.classes_weight)
        probabilities = logits.unflatten(1, (-1, self.classes)).softmax(-1).mean((0, 1))
        gradient = (hidden > 0) * flat.towards[int(probabilities.argmax())] @ flat.hidden_weight
        return probabilities, (features * gradient).unflatten(1, (MAPS, PLACES, PLACES)).sum(1)

    def _scaled(self) -> Tensor:
        """(M, K, hidden, 245): the first weights, for features that are not scaled."""
        return self.weights["hidden.weight"] / self.scale[:, None]

    def _for_all(self, features: Tensor) -> Tensor:
        """(B, 245) → (M, B, 245): the same for every network."""
        return features.expand(len(self.weights["classes.bias"]), -1, -1)


@dataclass(frozen=True)
class _Flat:
    """All networks and members that have learnt as one wide network of U = M · K · hidden units: few, quick products.

    hidden_weight: (U, 245); hidden_bias: (U,). classes_weight: (U, M · K · classes), each network's units to its own
    logits, 0 elsewhere; classes_bias: (M · K · classes,). towards: (classes, U), how much a unit speaks for a class
    above the mean class, as the mean over networks.
    """

    hidden_weight: Tensor
    hidden_bias: Tensor
    classes_weight: Tensor
    classes_bias: Tensor
    towards: Tensor

    @classmethod
    def of(cls, weights: Mapping[str, Tensor], scaled: Tensor) -> "_Flat":
        """scaled: (M, K, hidden, 245), the first weights for features that are not scaled."""
        last = weights["classes.weight"].detach().flatten(0, 1)
        return cls(
            scaled.detach().flatten(0, 2).contiguous(),
            weights["hidden.bias"].detach().flatten(),
            torch.block_diag(*last.transpose(1, 2)),
            weights["classes.bias"].detach().flatten(),
            (last - last.mean(1, keepdim=True)).transpose(0, 1).flatten(1) / len(last),
        )


_CENTRES = CELL * np.arange(PLACES) + (CELL - 1) / 2
_SPREAD = np.stack([np.interp(np.arange(28), _CENTRES, cell) for cell in np.eye(PLACES)], axis=1)
"""(28, 7): linear between the cells' centres, constant beyond the outermost."""


def over_places(cells: np.ndarray) -> np.ndarray:
    """(7, 7) ≥ 0 → (28, 28) float32 in 0..1, as a part of the largest; all 0 where there is nothing."""
    wide = _SPREAD @ cells @ _SPREAD.T
    return (wide / max(float(wide.max()), 1e-12)).astype(np.float32)


def _shapes(hidden: int, classes: int) -> dict[str, tuple[int, ...]]:
    """Shapes of one network's weights by name."""
    return {
        "hidden.weight": (hidden, FEATURES),
        "hidden.bias": (hidden,),
        "classes.weight": (classes, hidden),
        "classes.bias": (classes,),
    }
