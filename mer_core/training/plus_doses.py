"""How much of each remedy against learning by heart the networks of MR-UAMF+ take: see ``plus_settings``."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mer_core.training.plus_settings import PlusSettings


@dataclass(frozen=True)
class Doses:
    """One of each for each of M networks: (M,) float32."""

    dropout: Tensor
    input_dropout: Tensor
    label_smoothing: Tensor
    alpha: Tensor
    class_weight: Tensor

    @classmethod
    def drawn(cls, settings: PlusSettings, generator: torch.Generator) -> "Doses":
        """Each even between 0 and what is set; or, unless they shall ``vary``, what is set."""

        def part_of(most: float) -> Tensor:
            parts = torch.rand(settings.networks, generator=generator)
            return most * parts if settings.vary else torch.full_like(parts, most)

        return cls(
            dropout=part_of(settings.dropout),
            input_dropout=part_of(settings.input_dropout),
            label_smoothing=part_of(settings.label_smoothing),
            alpha=part_of(settings.alpha),
            class_weight=part_of(settings.class_weight),
        )
