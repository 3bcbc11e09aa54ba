"""A model's card: what it was trained on and how well it does. Reading one needs no torch."""

import json
from collections.abc import Mapping
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
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The model's card {path} is damaged: choose another model or train it again.") from error
    missing = [key for key in ("method", "classes", "settings") if not isinstance(card, dict) or key not in card]
    if missing:
        raise ModelError(f"The model's card {path} lacks {', '.join(missing)}: choose another model or train it again.")
    wrong = [name for name, fits in _checks(card).items() if not fits]
    if wrong:
        raise ModelError(
            f"The model's card {path} has a wrong {', '.join(wrong)}: choose another model or train it again."
        )
    return card


def doubts(card: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence that belongs beside every answer of a model which was not trained here: its card has an ``origin``."""
    if "origin" not in card:
        return ()
    return ("On what flow this model was trained is not known, so nor is how much its answer is worth.",)


def rename(folder: Path, name: str) -> None:
    """Call the model in ``folder`` so from now on. ModelError where its card cannot be read or written."""
    card = read_card(folder)
    path, partial = folder / CARD, folder / f".{CARD}.partial"
    try:
        partial.write_text(json.dumps({**card, "name": name}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise ModelError(f"The model's card {path} cannot be written ({error.strerror}): its name stays.") from error
    finally:
        if partial.is_file():
            partial.unlink()


def _checks(card: dict[str, Any]) -> dict[str, bool]:
    """What a model is loaded by, and whether it is of the kind it must be."""
    classes, features = card["classes"], card.get("features", {})
    names = isinstance(classes, list) and all(isinstance(name, str) and name for name in classes)
    return {
        "method": isinstance(card["method"], str),
        "classes": names and len(set(classes)) == len(classes) >= 2,
        "settings": isinstance(card["settings"], dict),
        "features": isinstance(features, dict) and isinstance(features.get("flow", {}), dict | None),
    }
