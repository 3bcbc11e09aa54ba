"""What a method is to those who judge, compare and list methods. Importing this module does not import torch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mer_core.errors import FeatureError
from mer_core.features import FeatureSet
from mer_core.models.settings import MethodSettings

OnEpoch = Callable[[int, int], None]
"""Called with (done, total) while a seed is trained; what it raises ends the work."""


class Fitted(Protocol):
    """A method that has learnt."""

    def predict_proba(self, features: FeatureSet) -> np.ndarray:
        """Of N clips, none of which need a right label: (N, classes) float32 probabilities."""
        ...


Fit = Callable[[FeatureSet, Any, int, OnEpoch], Fitted]
"""(features, settings, seed, on_epoch) → the method, having learnt from all clips of ``features``."""

Predict = Callable[[FeatureSet, np.ndarray, Any, int, OnEpoch], np.ndarray]
"""(features, held_out (F, N) bool, settings, seed, on_epoch) → (N, classes) float32 probabilities, each clip by models
that have not learnt from it; NaN where no fold holds it out."""

PredictByEpoch = Callable[[FeatureSet, np.ndarray, Any, int, OnEpoch], Iterator[np.ndarray]]
"""As ``Predict``, but after every epoch of the training proper; the last one is what ``Predict`` gives."""

Count = Callable[[int, Any], int | None]
"""(classes, settings) → a number, or None where it depends on the clips that are learnt from."""


@dataclass(frozen=True)
class Method:
    """One method: its name, a line about it, what it reads of a clip, where it comes from, and how it is judged."""

    name: str
    title: str
    reads: tuple[str, ...]
    """Of "flow", "apex" and "frames": names of a FeatureSet's arrays. Some settings read more: ``also_reads``."""
    source: str
    settings: type[MethodSettings]
    fit: Fit
    predict_held_out: Predict
    """What fitting fold by fold would give, but for the order of random numbers where folds learn at once."""
    parameters: Count
    """Weights that are learnt."""
    flops: Count
    """Multiply-adds of one clip in convolutions and fully connected layers."""
    heavy: bool = False
    """Too heavy to leave one subject out on two cores: compare it on a stated smaller protocol."""
    held_out_by_epoch: PredictByEpoch | None = None
    """To show what keeping the best epoch on the test clips would claim; never to choose one by."""


def check_readable(method: Method, features: FeatureSet, settings: MethodSettings) -> None:
    """Raise FeatureError if ``features`` lack something that ``method`` reads with these ``settings``."""
    missing = [name for name in (*method.reads, *settings.also_reads) if name not in features.arrays]
    if missing:
        raise FeatureError(
            f"The method '{method.name}' reads '{missing[0]}', which these features do not hold: "
            "make them again with it, or choose another method."
        )
