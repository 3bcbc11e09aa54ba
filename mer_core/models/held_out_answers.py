"""What a run said of the clips it was trained on, by its networks that had not seen their subjects."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

PREDICTIONS = "predictions.json"
HeldOutAnswers = dict[str | tuple[str, str, str], tuple[str, float]]
"""The class and its probability in 0..1, by a clip's path in the project, and by its dataset, subject and name."""


def held_out_answers(model: Path, classes: list[str]) -> HeldOutAnswers:
    """Of a run's clips, means over seeds.

    A clip that was moved, or came along with a packed project, has another path; dataset, subject and name are as they
    were, and are given where no two clips share them.

    Of several expressions in one clip it is the last. Empty where the run names no clips, as the shipped model's does
    not, or where its list cannot be read: the list is a remark beside the model, which answers without it.
    """
    try:
        entries: list[dict[str, Any]] = json.loads((model / PREDICTIONS).read_text(encoding="utf-8"))
        answers: HeldOutAnswers = {}
        paths: dict[tuple[str, str, str], set[str]] = {}
        for entry in entries:
            probability, name = max(zip(map(float, entry["probabilities"]), classes, strict=True))
            path = str(entry["clip"])
            who = str(entry["dataset"]), str(entry["subject"]), PurePosixPath(path).name
            paths.setdefault(who, set()).add(path)
            answers[path] = answers[who] = name, probability
        for who, same in paths.items():
            if len(same) > 1:
                del answers[who]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return answers
