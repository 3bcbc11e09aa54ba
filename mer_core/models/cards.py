"""A model's card: what it was trained on and how well it does. Reading one needs no torch."""

import json
from pathlib import Path
from typing import Any

from mer_core.errors import ModelError

CARD = "card.json"


def read_card(folder: Path) -> dict[str, Any]:
    """The card of the model in ``folder``, or ModelError."""
    path = Path(folder) / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"There is no model in {folder} ({CARD} cannot be read): choose a model's folder.") from error
    except ValueError as error:
        raise ModelError(f"The model's card {path} is damaged: choose another model or train it again.") from error
    missing = [key for key in ("method", "classes", "settings") if not isinstance(card, dict) or key not in card]
    if missing:
        raise ModelError(f"The model's card {path} lacks {', '.join(missing)}: choose another model or train it again.")
    return card
