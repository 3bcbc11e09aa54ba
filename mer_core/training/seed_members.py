"""What all trainings of many members at once have in common.

A *member* is one network: a fold's, or the full one with nothing held out. Every member reads the same batches; a clip
held out from it is masked out of all that it learns from. All random numbers (first weights, order, mirroring, mixing,
dropout) are drawn per seed and shared by the members, so a member is the same whether it is trained alone or beside
others.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Epoch:
    """An epoch that is done. ``loss`` is the mean over members and steps."""

    stage: str
    loss: float


class SeedMembers(ABC):
    """All members of one seed.

    inputs: the clips as the network reads them; their dtype is that of all arithmetic. label: (N,) int64. held_out:
    (K, N) bool. ``check`` is called every step; what it raises ends the training.
    """

    network: Any
    uncertainty: Tensor
    """(N, …), FU-MIX's u so far, the last column that of the last member; of no meaning where the clip is held out."""

    def __init__(
        self,
        inputs: Any,
        label: np.ndarray,
        held_out: np.ndarray,
        classes: int,
        settings: Any,
        seed: int,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.inputs = inputs
        self.label = torch.from_numpy(label)
        self.held_out = held_out
        self.keep = torch.from_numpy(~held_out.T).to(inputs.dtype)
        self.classes = classes
        self.settings = settings
        self.check = check
        self.generator = torch.Generator().manual_seed(seed)
        self.recorded = 0
        """Epochs that ``uncertainty`` is the mean of."""
        self.network = self.new_network()

    @abstractmethod
    def new_network(self) -> Any:
        """Members that have learnt nothing; draws from ``generator``."""

    @abstractmethod
    def epochs(self) -> Iterator[Epoch]:
        """Train, epoch by epoch; between two the network is whole and may be used or kept."""

    def add_held_out_probabilities(self, total: np.ndarray) -> None:
        """Add to ``total`` (N, classes) float32 what each member says of the clips held out from it."""
        for member, held_out in enumerate(self.held_out):
            if held_out.any():
                rows = torch.from_numpy(np.flatnonzero(held_out))
                total[held_out] += self.network.select([member]).probabilities(self.inputs, rows).numpy()


def class_weights(label: Tensor, keep: Tensor, classes: int, power: float) -> Tensor:
    """(K, C): (N / (C n_c))^p counted among each member's own clips, scaled to mean 1 over them."""
    counts = keep.T @ torch.nn.functional.one_hot(label, classes).to(keep.dtype)
    weight = (counts.sum(1, keepdim=True) / (classes * counts.clamp_min(1))) ** power
    mean = (weight * counts).sum(1, keepdim=True) / counts.sum(1, keepdim=True).clamp_min(1)
    return weight / mean.clamp_min(1e-12)
