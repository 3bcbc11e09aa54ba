"""Predictions on held-out clips, as results and runs list them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mer_core.evaluation.protocols import Split
from mer_core.features import FeatureSet


def clip_predictions(features: FeatureSet, division: Split, held_out: Sequence[np.ndarray]) -> list[dict[str, Any]]:
    """One JSON-ready entry a held-out clip: what it is, its fold, what each seed took it for, mean probabilities.

    held_out: one (N, C) float32 of probabilities a seed.
    """
    mean = np.mean(held_out, axis=0)
    names = features.classes
    return [
        {
            "dataset": str(features.dataset[index]),
            "subject": str(features.subject[index]),
            "clip": str(features.clip[index]),
            "fold": int(division.fold[index]),
            "label": names[features.label[index]],
            "predicted": [names[int(one[index].argmax())] for one in held_out],
            "probabilities": [round(float(value), 6) for value in mean[index]],
        }
        for index in np.flatnonzero(division.fold >= 0)
    ]
