"""How a run's training went, epoch by epoch, as the run keeps it."""

import json
from pathlib import Path
from typing import Any

HISTORY = "metrics.jsonl"


def read_history(model: Path) -> list[dict[str, Any]]:
    """The ``epoch`` events of a run, as ``train`` emits them; see ``mer_core.training.run``.

    Empty where the model keeps none, as the shipped one does not, or where they cannot be read: what was is a remark
    beside the model, which answers without it.
    """
    try:
        lines = (model / HISTORY).read_text(encoding="utf-8").splitlines()
        events = [json.loads(line) for line in lines]
        for event in events:
            event["epoch"], event["epochs"] = int(event["epoch"]), int(event["epochs"])
            event["stage"] = str(event["stage"])
            for name in ("loss", "val_loss", "val_uf1", "val_uar"):
                event[name] = float(event[name])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return []
    return events
