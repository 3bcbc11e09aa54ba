"""A model's opinion on one expression. Importing this module does not import torch; loading a model does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import ModelError
from mer_core.features import MOST_FLOW


@dataclass(frozen=True)
class Prediction:
    """classes: C names. probabilities: (C,) float32, sum 1. attention: (28, 28) float32 in 0..1 over the crop: the
    network's attention map, or what each place adds to the answer where the method has none.

    uncertainty: entropy of the probabilities over that of pure guessing, 0 (sure) to 1 (no idea).
    """

    classes: tuple[str, ...]
    probabilities: np.ndarray
    attention: np.ndarray
    uncertainty: float


class Recogniser:
    """A trained model: the mean of its members (one a seed), each over both mirror images if so trained."""

    def __init__(self, card: dict[str, Any], network: Any) -> None:
        self.card = card
        self.classes: tuple[str, ...] = tuple(card["classes"])
        self._network = network

    @classmethod
    def load(cls, folder: Path) -> "Recogniser":
        """Read a model's folder, or raise ModelError with one sentence."""
        from mer_core.models.cards import read_card
        from mer_core.models.folder import read_network

        card = read_card(folder)
        return cls(card, read_network(folder, card))

    def predict(self, flow: np.ndarray, apex: np.ndarray, onset: np.ndarray | None = None) -> Prediction:
        """Recognise one expression from its flow (28, 28, 3) float32 (u, v, strain) and apex face (H, W) uint8.

        onset: the face at onset, (H, W) uint8, which only models of the difference between the two read.
        """
        if flow.shape != (28, 28, 3) or not (np.abs(flow) <= MOST_FLOW).all():
            raise ModelError(
                f"The flow must be (28, 28, 3) finite numbers within ±{MOST_FLOW:,.0f}, but is {flow.shape} or beyond: "
                "measure it again."
            )
        if apex.ndim != 2 or apex.size == 0:
            raise ModelError(f"The apex picture must be (height, width) grey, but is {apex.shape}: measure it again.")
        if onset is not None and onset.shape != apex.shape:
            raise ModelError(f"The onset picture is {onset.shape}, the apex picture {apex.shape}: measure them again.")
        probabilities, attention = self._network.opinion(flow, apex, onset)
        return Prediction(self.classes, probabilities, attention, normalised_entropy(probabilities))


def normalised_entropy(probabilities: np.ndarray) -> float:
    """Entropy of (C,) probabilities over log C: 0..1."""
    p = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    return float(np.clip(-(p * np.log(p)).sum() / np.log(max(len(p), 2)), 0, 1))
