"""What is known of a run, as its card and its lists say it."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mer_core.evaluation.metrics import score, spread, summarise
from mer_core.evaluation.protocols import Split
from mer_core.features import FeatureSet
from mer_core.models.settings import MethodSettings
from mer_core.training.kinds import kind_of
from mer_core.training.team import Team
from mer_core.versions import versions

NOT_FOR = (
    "A second opinion beside a human coder, for research with consent; not for judging a person's honesty, health or "
    "fitness, and not for decisions about anyone."
)
UNCERTAIN_LISTED = 50


def validation(features: FeatureSet, held_out: list[np.ndarray]) -> dict[str, float]:
    """Figures on held-out subjects, means over seeds; held_out: one (N, C) of probabilities a seed."""
    scores = [score(features.label, one.argmax(1), features.classes) for one in held_out]
    chosen = [one[np.arange(len(one)), features.label] for one in held_out]
    return {
        "val_loss": float(-np.log(np.clip(chosen, 1e-12, 1)).mean()),
        "val_uf1": spread([one["uf1"] for one in scores])["mean"],
        "val_uar": spread([one["uar"] for one in scores])["mean"],
    }


def _summary(features: FeatureSet, held_out: list[np.ndarray]) -> dict[str, Any]:
    return summarise([score(features.label, one.argmax(1), features.classes) for one in held_out])


def run_card(
    features: FeatureSet,
    settings: MethodSettings,
    division: Split,
    history: list[dict[str, Any]],
    untrained: list[np.ndarray],
    held_out: list[np.ndarray],
    name: str,
    command: str,
    note: str,
) -> dict[str, Any]:
    """The card of a run, JSON-ready, but for the weights' digest; ``history`` holds the epoch events."""
    return {
        "name": name,
        "method": kind_of(settings).method,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "classes": list(features.classes),
        "clips": len(features),
        "subjects": len(set(features.group)),
        "class_counts": features.class_counts,
        "datasets": dict(sorted(Counter(features.dataset.tolist()).items())),
        "protocol": division.protocol.name,
        "folds": len(division.held_out),
        "seeds": list(range(settings.seed, settings.seed + settings.seeds)),
        "epochs": len(history),
        "first_epochs": sum(event["stage"] == "trajectory" for event in history),
        "stopped_early": len(history) < settings.total_epochs,
        "held_out": _summary(features, held_out),
        "untrained": _summary(features, untrained),
        "note": note,
        "settings": settings.to_dict(),
        "features": features.attributes,
        "command": command,
        "not_for": NOT_FOR,
        "uncertain": [],
    }


def uncertain_clips(features: FeatureSet, teams: list[Team], held_out: list[np.ndarray]) -> list[dict[str, Any]]:
    """The clips worth another look: mislabelled, or hard.

    They are those that members which have not seen their subject answer otherwise than labelled, and those that the
    full members misread while they learned (FU-MIX's uncertainty; None where a method does not record it). The less
    the label is believed of a clip held out, the earlier (confident learning: Northcutt et al. 2021, doi
    10.1613/jair.1.12125).
    """
    recorded = [uncertainty for uncertainty in (team.last_uncertainty() for team in teams) if uncertainty is not None]
    misread = np.mean(recorded, axis=0) if recorded else np.zeros(len(features))
    mean = np.mean(held_out, axis=0)
    answer, belief = mean.argmax(axis=1), mean[np.arange(len(mean)), features.label]
    doubtful = (misread > 0) | (answer != features.label)
    order = [int(index) for index in np.argsort(belief, kind="stable") if doubtful[index]][:UNCERTAIN_LISTED]
    return [
        {
            "dataset": str(features.dataset[index]),
            "subject": str(features.subject[index]),
            "clip": str(features.clip[index]),
            "label": features.classes[features.label[index]],
            "uncertainty": float(misread[index]) if recorded else None,
            "held_out_prediction": features.classes[int(answer[index])],
            "held_out_probability": float(mean[index].max()),
            "held_out_probability_of_label": float(belief[index]),
        }
        for index in order
    ]
