"""From held-out probabilities to all that a result says of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mer_core.evaluation.aggregation import aggregate, summarise_aggregations
from mer_core.evaluation.metrics import score, summarise
from mer_core.evaluation.peek import peek
from mer_core.evaluation.predictions import clip_predictions
from mer_core.evaluation.protocols import Split
from mer_core.evaluation.resampling import intervals, subject_confusions
from mer_core.features import FeatureSet


def figures(
    features: FeatureSet,
    division: Split,
    held_out: Sequence[np.ndarray],
    epochs: Sequence[np.ndarray] = (),
) -> dict[str, Any]:
    """JSON-ready. held_out: one (N, C) of probabilities a seed; epochs: one (E, N) of answers a seed, if peeked at.

    ``pooled`` (and each entry of ``per_dataset``) holds uf1, uar, accuracy, precision, recall and f1 as {mean, sd} over
    seeds, per_class and the confusion matrix summed over seeds; ``averaged`` the figures of the seeds' mean
    probabilities; ``interval`` the 95 % bootstrap over subjects; ``aggregations`` the figures as others average them.
    """
    tested = division.fold >= 0
    truth, fold, dataset = features.label[tested], division.fold[tested], features.dataset[tested]
    answers = [one[tested].argmax(axis=1) for one in held_out]
    result = {
        "pooled": _summary(truth, answers, features),
        "averaged": score(truth, np.mean([one[tested] for one in held_out], axis=0).argmax(axis=1), features.classes),
        "per_dataset": {
            str(name): _summary(truth[dataset == name], [one[dataset == name] for one in answers], features)
            for name in np.unique(dataset)
        },
        "interval": intervals(confusions_of(features, division, held_out)),
        "aggregations": summarise_aggregations(
            [aggregate(truth, one, fold, dataset, features.classes) for one in answers]
        ),
        "predictions": clip_predictions(features, division, held_out),
    }
    if epochs:
        result["test_peek"] = peek(features.label, epochs, division.fold, features.classes)
    return result


def confusions_of(features: FeatureSet, division: Split, held_out: Sequence[np.ndarray]) -> np.ndarray:
    """(G, S, C, C): each tested subject's confusion matrix under each seed."""
    tested = division.fold >= 0
    answers = [one[tested].argmax(axis=1) for one in held_out]
    return subject_confusions(features.label[tested], answers, features.group[tested], len(features.classes))


def _summary(truth: np.ndarray, answers: Sequence[np.ndarray], features: FeatureSet) -> dict[str, Any]:
    return summarise([score(truth, one, features.classes) for one in answers])
