"""A part of a feature set: some of its data sets, or its emotions as the three classes of MEGC 2019."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mer_core.annotation.emotions import MEGC_CLASSES, megc_class
from mer_core.errors import FeatureError
from mer_core.features import FeatureSet


def only_datasets(features: FeatureSet, names: Iterable[str]) -> FeatureSet:
    """The clips of the named data sets, or FeatureError for a name that no clip bears."""
    wanted = list(names)
    there = sorted(set(features.dataset.tolist()))
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise FeatureError(f"There is no data set {', '.join(unknown)} in the features: they hold {', '.join(there)}.")
    return features.select(np.isin(features.dataset, wanted))


def three_classes(features: FeatureSet) -> FeatureSet:
    """Emotions as negative, positive and surprise; others (tense, …) left out. FeatureError if none remains."""
    if features.classes == MEGC_CLASSES:
        return features
    mapped = [megc_class(name) for name in features.classes]
    target = np.array([-1 if name is None else MEGC_CLASSES.index(name) for name in mapped])
    label = target[features.label]
    if not (label >= 0).any():
        raise FeatureError(
            f"None of the classes {', '.join(features.classes)} is an emotion of the three classes: use the set's own."
        )
    return replace(features, label=label, classes=MEGC_CLASSES).select(label >= 0)
