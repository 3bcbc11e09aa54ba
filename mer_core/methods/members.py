"""What the methods share whose networks learn in all folds at once. torch is imported when it is needed."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Fitted, Method, OnEpoch
from mer_core.models.settings import MethodSettings


def members_method(
    name: str, title: str, reads: tuple[str, ...], source: str, settings: type[MethodSettings]
) -> Method:
    """A method whose network and training are those of the kind of that name (``mer_core.training.kinds``)."""

    def parameters(classes: int, chosen: Any) -> int:
        from mer_core.training.kinds import kind_named

        return kind_named(name).network.parameter_count(chosen, classes)

    def flops(classes: int, chosen: Any) -> int:
        from mer_core.training.kinds import kind_named

        return kind_named(name).network.multiply_adds(chosen, classes)

    return Method(
        name=name,
        title=title,
        reads=reads,
        source=source,
        settings=settings,
        fit=_fit,
        predict_held_out=_predict_held_out,
        parameters=parameters,
        flops=flops,
        held_out_by_epoch=_held_out_by_epoch,
    )


def _fit(features: FeatureSet, settings: Any, seed: int, on_epoch: OnEpoch) -> Fitted:
    from mer_core.training.fitted import fit_network

    return fit_network(features, settings, seed, on_epoch)


def _predict_held_out(
    features: FeatureSet, held_out: np.ndarray, settings: Any, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    from mer_core.training.held_out import predict_held_out

    return predict_held_out(features, held_out, settings, seed, on_epoch)


def _held_out_by_epoch(
    features: FeatureSet, held_out: np.ndarray, settings: Any, seed: int, on_epoch: OnEpoch
) -> Iterator[np.ndarray]:
    from mer_core.training.held_out import held_out_by_epoch

    return held_out_by_epoch(features, held_out, settings, seed, on_epoch)
