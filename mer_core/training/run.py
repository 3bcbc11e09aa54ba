"""A run: training on the user's clips, judged on held-out subjects while it goes, published as a folder when done."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mer_core.errors import Cancelled, ModelError
from mer_core.evaluation.plan import check_division
from mer_core.evaluation.predictions import clip_predictions
from mer_core.evaluation.protocols import Split, default_protocol, split
from mer_core.features import FeatureSet, check_trainable
from mer_core.models.folder import write_model
from mer_core.models.held_out_answers import PREDICTIONS
from mer_core.models.history import HISTORY
from mer_core.models.settings import MethodSettings
from mer_core.training.card import run_card, uncertain_clips, validation
from mer_core.training.kinds import Network, kind_of
from mer_core.training.team import Team, workers


def train_run(
    features: FeatureSet,
    settings: MethodSettings,
    out: Path,
    *,
    emit: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool] = lambda: False,
    should_cancel: Callable[[], bool] = lambda: False,
    name: str | None = None,
    command: str = "",
    note: str = "",
    list_clips: bool = True,
) -> Path:
    """Train on all clips and, on the same batches, once without each fold's subjects; publish ``out`` when done.

    Events go to ``emit``: ``started``, one ``epoch`` each (``val_…`` are on held-out subjects, means over seeds) and
    ``finished``. Stop keeps the model of the last whole epoch; cancel raises Cancelled and leaves nothing behind.
    ``note`` is said on the card beside the figures. ``list_clips`` False leaves every clip's name out of what is
    written.
    """
    check_trainable(features)
    division = split(default_protocol(features.group), features.label, features.group)
    check_division(features, division)
    out = Path(out)

    def check() -> None:
        if should_cancel():
            raise Cancelled

    with published(out) as folder, workers() as pool:
        teams = _teams(features, settings, division, check)
        emit(_started(features, settings, (len(division.held_out) + 1) * len(teams)))
        untrained = list(pool.map(Team.held_out_probabilities, teams))
        history: list[dict[str, Any]] = []
        held_out = untrained
        epochs = zip(*(team.epochs(pool) for team in teams), strict=True)
        for number, epoch in enumerate(epochs, start=1):
            held_out = list(pool.map(Team.held_out_probabilities, teams))
            event = {"event": "epoch", "epoch": number, "epochs": settings.total_epochs, "stage": epoch[0].stage}
            event |= {"loss": float(np.mean([one.loss for one in epoch])), **validation(features, held_out)}
            if not np.isfinite([event["loss"], event["val_loss"]]).all():
                raise _astray()
            history.append(event)
            emit(event)
            check()
            if should_stop():
                break
        networks: list[Any] = [team.last_network() for team in teams]
        network: Network = kind_of(settings).network.together(networks)
        if not all(bool(value.isfinite().all()) for value in network.state().values()):
            raise _astray()  # in its last step: its loss is told before the step
        card = run_card(features, settings, division, history, untrained, held_out, name or out.name, command, note)
        if list_clips:
            card["uncertain"] = uncertain_clips(features, teams, held_out)
            _write_json(folder / PREDICTIONS, clip_predictions(features, division, held_out))
        card = write_model(folder, network, card)
        _write_json(folder / "settings.json", settings.to_dict())
        lines = "".join(json.dumps(event) + "\n" for event in history)
        (folder / HISTORY).write_text(lines, encoding="utf-8")
        check()
    emit({"event": "finished", "run": str(out), "card": card})
    return out


def _teams(features: FeatureSet, settings: MethodSettings, division: Split, check: Callable[[], None]) -> list[Team]:
    """One a seed; the last member of each has nothing held out and becomes the model."""
    inputs, full = (kind_of(settings).inputs(features, settings, dtype) for dtype in (torch.float32, torch.float64))
    classes = len(features.classes)
    seeds = range(settings.seed, settings.seed + settings.seeds)
    return [Team(inputs, features.label, division.held_out, classes, settings, seed, check, full) for seed in seeds]


def _astray() -> ModelError:
    """Such a model answers nothing, and its figures mean nothing."""
    return ModelError(
        "The training went astray: its networks hold or answer what is no number, so there is no model. Lower the "
        "learning rate (--rate) and train again."
    )


def _started(features: FeatureSet, settings: MethodSettings, members: int) -> dict[str, Any]:
    return {
        "event": "started",
        "clips": len(features),
        "subjects": len(set(features.group)),
        "classes": list(features.classes),
        "class_counts": features.class_counts,
        "epochs": settings.total_epochs,
        "members": members,
    }


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def published(out: Path) -> Iterator[Path]:
    """A hidden folder beside ``out`` that becomes ``out`` if all goes well and vanishes if not.

    Raises ModelError where ``out`` is there already, or cannot be.
    """
    if out.exists():
        raise ModelError(f"{out} is there already: choose another folder.")
    partial = out.with_name(f".partial-{out.name}-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        raise ModelError(
            f"The run cannot be written to {out.parent} ({error.strerror}): choose another folder."
        ) from error
    try:
        yield partial
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
