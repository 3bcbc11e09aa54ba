"""Judge a method under a protocol, over several seeds: the result as a dict that JSON can hold."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import ModelError
from mer_core.evaluation.choosing import candidates, check_together, choices_said, predict_chosen
from mer_core.evaluation.code_digest import code_digest
from mer_core.evaluation.notes import missing_in_training, notes_on
from mer_core.evaluation.parts import Part, Task, measure
from mer_core.evaluation.plan import Plan, apply_plan
from mer_core.evaluation.result import figures
from mer_core.evaluation.saved_splits import write_split
from mer_core.features import FeatureSet
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
    plan: Plan | None = None,
    save_split: Path | None = None,
    test_peek: bool = False,
    choose: Mapping[str, Sequence[Any]] | None = None,
    together: int = 1,
    command: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train and test ``settings.seeds`` times; figures are pooled over all held-out clips, then mean and sd over seeds.

    settings: the method's own, its defaults if None. plan: leave one subject out if None. Nothing is chosen on held-out
    clips: the last epoch counts; ``test_peek`` adds what choosing there would have claimed, where the method shows its
    epochs. choose: settings by name and the values to try, of which each fold chooses on inner folds of its own clips
    (``mer_core.evaluation.choosing``); together: how many of the best combinations answer as one. The figures are those
    of ``result.figures``.
    """
    plan = plan or Plan()
    features, division = apply_plan(features, plan)
    chosen = method_named(method)
    settings = settings or chosen.settings()
    if not isinstance(settings, chosen.settings):
        raise ModelError(f"These are not settings of the method '{method}': give it its own.")
    check_readable(chosen, features, settings)
    if test_peek and chosen.held_out_by_epoch is None:
        raise ModelError(f"The method '{method}' does not show its epochs, so there is nothing to peek at.")
    if test_peek and choose:
        raise ModelError("Settings chosen on inner folds and peeking at the test clips are two things: ask for one.")
    tried = candidates(settings, choose or {})
    check_together(together, tried)
    choices = []
    if save_split is not None:
        write_split(save_split, features, division)
    seeds = list(range(settings.seed, settings.seed + settings.seeds))
    began = time.perf_counter()
    parts = []
    for done, seed in enumerate(seeds):

        def on_epoch(epoch: int, epochs: int, done: int = done, seed: int = seed) -> None:
            said = f"{100 * epoch // max(epochs, 1)} % chosen and judged" if choose else f"epoch {epoch} of {epochs}"
            progress(done * epochs + epoch, len(seeds) * epochs, f"seed {seed}, {said}")

        if choose:
            start = time.perf_counter()
            choices.append(predict_chosen(chosen, features, division.held_out, tried, seed, on_epoch, together))
            parts.append(Part(choices[-1].held_out, time.perf_counter() - start))
            continue
        task = Task(method, method, settings, seed, "full", test_peek)
        parts.append(measure(features, division.held_out, task, on_epoch))
    held_out = [part.held_out for part in parts]
    return {
        "method": chosen.name,
        "protocol": division.protocol.name,
        "protocol_title": division.protocol.title,
        "leaks_subjects": division.protocol.leaks_subjects,
        "clips": len(features),
        "tested": int(np.sum(division.fold >= 0)),
        "subjects": len(set(features.group)),
        "folds": len(division.held_out),
        "split_seed": division.seed,
        **division.datasets(features.dataset),
        "notes": notes_on(features, division) + missing_in_training(features, division),
        "classes": list(features.classes),
        "class_counts": features.class_counts,
        "seeds": seeds,
        "aggregation": "pooled over folds, then mean and sd over seeds",
        **figures(features, division, held_out, [part.epochs for part in parts if part.epochs is not None]),
        "settings": settings.to_dict(),
        **({"chosen": choices_said(choices, tried, list(choose)), "together": together} if choose else {}),
        "features": features.attributes,
        "versions": versions(),
        "code": code_digest(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - began, 2),
        "command": command,
    }
