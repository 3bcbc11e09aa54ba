"""How networks of many members are judged: ``mer_core.training.held_out``, imported when it is needed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import OnEpoch

if TYPE_CHECKING:
    from mer_core.training.kinds import Settings


def predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: "Settings", seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """All folds at once: see ``mer_core.models.method.Predict``."""
    from mer_core.training import held_out as judged

    return judged.predict_held_out(features, held_out, settings, seed, on_epoch)


def held_out_by_epoch(
    features: FeatureSet, held_out: np.ndarray, settings: "Settings", seed: int, on_epoch: OnEpoch
) -> Iterator[np.ndarray]:
    """See ``mer_core.models.method.PredictByEpoch``."""
    from mer_core.training import held_out as judged

    return judged.held_out_by_epoch(features, held_out, settings, seed, on_epoch)
