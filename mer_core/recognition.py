"""A model's opinion on one expression. Importing this module does not import torch; loading a model does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import ModelError


@dataclass(frozen=True)
class Prediction:
    """classes: C names. probabilities: (C,) float32, sum 1. attention: (28, 28) float32 in 0..1 over the crop.

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

    def predict(self, flow: np.ndarray, apex: np.ndarray) -> Prediction:
        """Recognise one expression from its flow (28, 28, 3) float32 (u, v, strain) and apex face (H, W) uint8."""
        import torch

        from mer_core.models.inputs import Inputs

        if flow.shape != (28, 28, 3) or not np.isfinite(flow).all():
            raise ModelError(f"The flow must be (28, 28, 3) finite numbers, but is {flow.shape}: measure it again.")
        if apex.ndim != 2 or apex.size == 0:
            raise ModelError(f"The apex picture must be (height, width) grey, but is {apex.shape}: measure it again.")
        settings = self._network.settings
        inputs = Inputs(flow[None], apex[None], settings)
        sides = torch.arange(2 if settings.flip else 1)
        picture, image = inputs.pick(torch.zeros_like(sides), sides)
        with torch.no_grad():
            output = self._network.forward(picture, image)
        probabilities = output.logits.softmax(-1).mean((0, 1)).numpy()
        maps = output.attention.mean(-1)
        if settings.flip:
            upright = over_crop(maps[0].numpy())
            attention = (upright + over_crop(maps[1].numpy())[:, ::-1]) / 2
        else:
            attention = over_crop(maps[0].numpy())
        return Prediction(self.classes, probabilities, attention, normalised_entropy(probabilities))


def normalised_entropy(probabilities: np.ndarray) -> float:
    """Entropy of (C,) probabilities over log C: 0..1."""
    p = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    return float(np.clip(-(p * np.log(p)).sum() / np.log(max(len(p), 2)), 0, 1))


def over_crop(attention: np.ndarray) -> np.ndarray:
    """Resample the network's (10, 10) map onto the crop's (28, 28) places, float32.

    By padding and pooling, cell i lies over input pixels 3 i − 2.5 … 3 i + 0.5, its centre at 3 i − 1: not what a plain
    enlargement from 10 to 28 would assume. Linear in between, constant beyond the outermost centres.
    """
    centres = 3 * np.arange(attention.shape[0]) - 1
    places = np.arange(28)
    rows = np.stack([np.interp(places, centres, column) for column in attention.T], axis=1)
    return np.stack([np.interp(places, centres, row) for row in rows]).astype(np.float32)
