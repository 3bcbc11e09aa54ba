"""A part of a feature set: some of its data sets, or its emotions as the classes of a label map."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mer_core.annotation.label_maps import LabelMap
from mer_core.errors import FeatureError
from mer_core.features import FeatureSet
from mer_core.left_out import NO_CLASS


def only_datasets(features: FeatureSet, names: Iterable[str]) -> FeatureSet:
    """The clips of the named data sets, or FeatureError for a name that no clip bears."""
    wanted = list(names)
    there = sorted(set(features.dataset.tolist()))
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise FeatureError(f"There is no data set {', '.join(unknown)} in the features: they hold {', '.join(there)}.")
    return features.select(np.isin(features.dataset, wanted))


def mapped(features: FeatureSet, label_map: LabelMap) -> FeatureSet:
    """Emotions as classes of a label map; those it has no class for are left out, and counted in the attributes.

    FeatureError if none remains. Features that have these classes already stay as they are.
    """
    if not label_map.classes or features.classes == label_map.classes:
        return features
    names = [label_map.class_of(name) for name in features.classes]
    target = np.array([-1 if name is None else label_map.classes.index(name) for name in names])
    label = target[features.label]
    if not (label >= 0).any():
        raise FeatureError(
            f"None of the classes {', '.join(features.classes)} is an emotion of {label_map.title}: use the set's own."
        )
    attributes = {**features.attributes, "label_map": label_map.said()}
    lost = Counter(features.attributes.get(NO_CLASS, {}))
    lost.update(features.classes[index] for index in features.label[label < 0].tolist())
    if lost:
        attributes[NO_CLASS] = dict(lost)
    return replace(features, label=label, classes=label_map.classes, attributes=attributes).select(label >= 0)
