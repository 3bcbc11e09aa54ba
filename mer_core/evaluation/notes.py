"""What must be known before a figure is believed: sentences that stand beside every result."""

import numpy as np

from mer_core.counted import counted
from mer_core.evaluation.protocols import Split
from mer_core.features import FeatureSet
from mer_core.left_out import left_out_notes


def notes_on(features: FeatureSet, division: Split) -> list[str]:
    """Of the clips and of who is tested; what single folds lack is told by ``missing_in_training``."""
    return [
        *left_out_notes(features.attributes),
        *_motionless(features),
        *_copies(features, division),
        *_absent(features, division),
        *_one_subject(features, division),
    ]


def missing_in_training(features: FeatureSet, division: Split) -> list[str]:
    """A sentence for each fold that is tested on a class it has no clip of to learn from."""
    notes = []
    for fold, held_out in enumerate(division.held_out):
        lost = set(features.label[held_out].tolist()) - set(features.label[~held_out].tolist())
        if lost:
            names = ", ".join(features.classes[index] for index in sorted(lost))
            notes.append(f"Fold {fold + 1} is tested on {names}, of which it has no clip to learn from.")
    return notes


def _motionless(features: FeatureSet) -> list[str]:
    still = ~features.flow.any(axis=(1, 2, 3))
    if not still.any():
        return []
    first = features.clip[np.argmax(still)]
    return [f"The flow of {counted(int(still.sum()), 'clip')} is 0 all over (first: {first}): no motion to tell by."]


def _copies(features: FeatureSet, division: Split) -> list[str]:
    """Where the same flow is learnt from and tested on: what is measured is memory."""
    numbers: dict[bytes, int] = {}
    same = np.array([numbers.setdefault(flow.tobytes(), len(numbers)) for flow in features.flow])
    moving = features.flow.any(axis=(1, 2, 3))
    known = np.zeros(len(features), dtype=bool)
    for held_out in division.held_out:
        known |= held_out & moving & np.isin(same, same[~held_out])
    if not known.any():
        return []
    first = features.clip[np.argmax(known)]
    return [
        f"The very same flow is learnt from and tested on in {counted(int(known.sum()), 'clip')} (first: {first}): the "
        "figures flatter. Take the copies out."
    ]


def _absent(features: FeatureSet, division: Split) -> list[str]:
    there = set(features.label[division.fold >= 0].tolist())
    absent = [name for index, name in enumerate(features.classes) if index not in there]
    if not absent:
        return []
    return [
        f"No clip tested is of {', '.join(absent)}: UF1 and UAR are means over {len(there)} of "
        f"{len(features.classes)} classes, not to be set beside figures over all."
    ]


def _one_subject(features: FeatureSet, division: Split) -> list[str]:
    if len(set(features.group[division.fold >= 0])) > 1:
        return []
    return ["One subject alone is tested: there is no interval over subjects, and no test between methods."]
