"""Judge a method under a protocol, over several seeds: the result as a dict that JSON can hold."""

import time
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mer_core.errors import ModelError
from mer_core.evaluation.metrics import score, summarise
from mer_core.evaluation.predictions import clip_predictions
from mer_core.evaluation.protocols import split
from mer_core.features import FeatureSet, check_trainable
from mer_core.models.method import check_readable
from mer_core.models.registry import method as method_named
from mer_core.models.settings import MethodSettings
from mer_core.progress import Progress, silent
from mer_core.versions import versions


def evaluate(
    features: FeatureSet,
    settings: MethodSettings | None = None,
    *,
    method: str = "mr-uamf",
    protocol: str = "loso",
    folds: int = 5,
    split_seed: int = 0,
    command: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train and test ``settings.seeds`` times; figures are pooled over all held-out clips, then mean and sd over seeds.

    settings: the method's own, its defaults if None. Nothing is chosen on held-out clips: the last epoch counts.
    ``pooled`` (and each entry of ``per_dataset``) holds uf1, uar, accuracy, precision, recall and f1 as {mean, sd},
    per_class and the confusion matrix summed over seeds; ``averaged`` the figures of the seeds' mean probabilities.
    """
    check_trainable(features)
    chosen = method_named(method)
    settings = settings or chosen.settings()
    if not isinstance(settings, chosen.settings):
        raise ModelError(f"These are not settings of the method '{method}': give it its own.")
    check_readable(chosen, features)
    division = split(protocol, features.label, features.group, folds=folds, seed=split_seed)
    seeds = list(range(settings.seed, settings.seed + settings.seeds))
    began = time.perf_counter()
    held_out = []
    for done, seed in enumerate(seeds):

        def on_epoch(epoch: int, epochs: int, done: int = done, seed: int = seed) -> None:
            progress(done * epochs + epoch, len(seeds) * epochs, f"seed {seed}, epoch {epoch} of {epochs}")

        held_out.append(chosen.predict_held_out(features, division.held_out, settings, seed, on_epoch))
    tested = division.fold >= 0
    return {
        "method": chosen.name,
        "protocol": protocol,
        "protocol_title": division.protocol.title,
        "leaks_subjects": division.protocol.leaks_subjects,
        "clips": len(features),
        "tested": int(tested.sum()),
        "subjects": len(set(features.group)),
        "folds": len(division.held_out),
        "split_seed": split_seed,
        "classes": list(features.classes),
        "class_counts": features.class_counts,
        "seeds": seeds,
        "aggregation": "pooled over folds, then mean and sd over seeds",
        "pooled": _figures(features, held_out, tested),
        "averaged": score(features.label[tested], np.mean(held_out, axis=0)[tested].argmax(1), features.classes),
        "per_dataset": {
            str(name): _figures(features, held_out, tested & (features.dataset == name))
            for name in np.unique(features.dataset[tested])
        },
        "settings": settings.to_dict(),
        "features": features.attributes,
        "predictions": clip_predictions(features, division, held_out),
        "versions": versions(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - began, 2),
        "command": command,
    }


def _figures(features: FeatureSet, held_out: list[np.ndarray], rows: np.ndarray) -> dict[str, Any]:
    return summarise([score(features.label[rows], one[rows].argmax(1), features.classes) for one in held_out])
