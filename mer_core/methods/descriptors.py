"""What the methods of a descriptor and a support vector machine share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Fitted, Method, OnEpoch
from mer_core.models.svm_settings import SvmSettings

if TYPE_CHECKING:
    from mer_core.models.svm import Svm

Describe = Callable[[FeatureSet, Any], np.ndarray]
"""(features, the method's settings) → (N, D) float32, each clip described by itself: nothing is fitted on others."""


@dataclass(frozen=True)
class FittedDescriptor:
    """A machine that has learnt: see ``mer_core.models.method.Fitted``."""

    describe: Describe
    settings: SvmSettings
    machine: "Svm"

    def predict_proba(self, features: FeatureSet) -> np.ndarray:
        """(N, classes) float32."""
        return self.machine.predict_proba(self.describe(features, self.settings))


def descriptor_method(
    name: str,
    title: str,
    reads: tuple[str, ...],
    source: str,
    settings: type[SvmSettings],
    describe: Describe,
    numbers: Callable[[Any], int],
) -> Method:
    """A method that describes clips, then fits a machine in each fold. numbers: of settings, how many a clip has."""

    def fit(features: FeatureSet, chosen: Any, seed: int, on_epoch: OnEpoch) -> Fitted:
        from mer_core.models.svm import fit_svm

        machine = fit_svm(
            describe(features, chosen), features.label, features.group, len(features.classes), chosen, seed
        )
        on_epoch(1, 1)
        return FittedDescriptor(describe, chosen, machine)

    def predict_held_out(
        features: FeatureSet, held_out: np.ndarray, chosen: Any, seed: int, on_epoch: OnEpoch
    ) -> np.ndarray:
        from mer_core.models.svm import held_out_probabilities

        vectors = describe(features, chosen)
        classes = len(features.classes)
        return held_out_probabilities(
            vectors, features.label, features.group, held_out, classes, chosen, seed, on_epoch
        )

    return Method(
        name=name,
        title=title,
        reads=reads,
        source=source,
        settings=settings,
        fit=fit,
        predict_held_out=predict_held_out,
        # A linear machine is one plane a class. With another kernel it is its support vectors, which the clips decide.
        parameters=lambda classes, chosen: classes * (numbers(chosen) + 1) if chosen.kernel == "linear" else None,
        flops=lambda classes, chosen: classes * numbers(chosen) if chosen.kernel == "linear" else None,
    )
