"""What a run said of the clips it was trained on, by its networks that had not seen their subjects."""

import json
from pathlib import Path
from typing import Any

PREDICTIONS = "predictions.json"
HeldOutAnswers = dict[str, tuple[str, float]]
"""By a clip's path in the project: the class and its probability in 0..1."""


def held_out_answers(model: Path, classes: list[str]) -> HeldOutAnswers:
    """Of a run's clips, means over seeds.

    Of several expressions in one clip it is the last. Empty where the run names no clips, as the shipped model's does
    not, or where its list cannot be read: the list is a remark beside the model, which answers without it.
    """
    try:
        entries: list[dict[str, Any]] = json.loads((model / PREDICTIONS).read_text(encoding="utf-8"))
        answers = {}
        for entry in entries:
            probability, name = max(zip(map(float, entry["probabilities"]), classes, strict=True))
            answers[str(entry["clip"])] = name, probability
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return answers
