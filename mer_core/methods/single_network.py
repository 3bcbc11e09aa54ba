"""What the methods share whose networks learn fold by fold. torch is imported when it is needed."""

from pkgutil import resolve_name
from typing import Any

import numpy as np

from mer_core.features import FeatureSet
from mer_core.models.method import Fitted, Method, OnEpoch
from mer_core.training.loop_settings import LoopSettings


def single_network_method(
    name: str,
    title: str,
    reads: tuple[str, ...],
    source: str,
    settings: type[LoopSettings],
    network: str,
    *,
    heavy: bool,
) -> Method:
    """A method of the module ``network``, a ``mer_core.models.picture_network.PictureNetwork`` as "module:class"."""

    def fit(features: FeatureSet, chosen: Any, seed: int, on_epoch: OnEpoch) -> Fitted:
        from mer_core.training.fold_loop import fit_module

        return fit_module(resolve_name(network), features, chosen, seed, on_epoch)

    def predict_held_out(
        features: FeatureSet, held_out: np.ndarray, chosen: Any, seed: int, on_epoch: OnEpoch
    ) -> np.ndarray:
        from mer_core.training.fold_loop import predict_fold_by_fold

        return predict_fold_by_fold(resolve_name(network), features, held_out, chosen, seed, on_epoch)

    def parameters(classes: int, chosen: Any) -> int:
        from mer_core.models.counting import parameter_count

        return parameter_count(lambda: resolve_name(network)(chosen, classes))

    def flops(classes: int, chosen: Any) -> int:
        from mer_core.models.counting import multiply_adds

        kind = resolve_name(network)
        return multiply_adds(lambda: kind(chosen, classes), kind.picture_shape(chosen))

    return Method(
        name=name,
        title=title,
        reads=reads,
        source=source,
        settings=settings,
        fit=fit,
        predict_held_out=predict_held_out,
        parameters=parameters,
        flops=flops,
        heavy=heavy,
    )
