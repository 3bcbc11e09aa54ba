"""Methods that take no time, in place of the real ones: what a study does must not depend on which it is given."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from mer_core.errors import ModelError
from mer_core.evaluation import entries
from mer_core.features import FeatureSet
from mer_core.models import registry
from mer_core.models.method import Method, OnEpoch
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class QuickSettings(MethodSettings):
    """Noise stands for what a worse method gets wrong."""

    epochs: int = switch(3, "epochs")
    noise: float = switch(0.0, "noise on the probabilities")


def by_epoch(
    features: FeatureSet, held_out: np.ndarray, settings: QuickSettings, seed: int, on_epoch: OnEpoch
) -> Iterator[np.ndarray]:
    """The nearest of the classes' mean flows among what is not held out, told after every epoch."""
    flow = features.flow.reshape(len(features), -1)
    random = np.random.default_rng(seed)
    for epoch in range(settings.epochs):
        answers = np.full((len(features), len(features.classes)), np.nan, np.float32)
        for fold in held_out:
            for index in range(len(features.classes)):
                own = ~fold & (features.label == index)
                mean = flow[own].mean(axis=0) if own.any() else np.full(flow.shape[1], 1e3)
                answers[fold, index] = -np.linalg.norm(flow[fold] - mean, axis=1)
        answers += random.normal(0, settings.noise, answers.shape)
        likely = np.exp(answers - answers.max(axis=1, keepdims=True))
        on_epoch(epoch + 1, settings.epochs)
        yield likely / likely.sum(axis=1, keepdims=True)


def predict(
    features: FeatureSet, held_out: np.ndarray, settings: QuickSettings, seed: int, on_epoch: OnEpoch
) -> np.ndarray:
    """The last epoch of ``by_epoch``."""
    return list(by_epoch(features, held_out, settings, seed, on_epoch))[-1]


def nan(features: FeatureSet, _held_out: np.ndarray, *_rest: object) -> np.ndarray:
    """A training that has diverged."""
    return np.full((len(features), len(features.classes)), np.nan, np.float32)


def refuse(*_all: object) -> np.ndarray:
    """A method that cannot use these features."""
    raise ModelError("The quick method cannot use these clips: take others.")


def crash(*_all: object) -> np.ndarray:
    """A method with a defect."""
    raise ZeroDivisionError("division\nby zero")


def quick(name: str, predict_held_out: Callable[..., np.ndarray] = predict, **given: object) -> Method:
    """A method of that name."""
    return Method(
        name=name,
        title=f"the quick method {name}",
        source="tests",
        predict_held_out=predict_held_out,
        **{
            "reads": ("flow",),
            "settings": QuickSettings,
            "parameters": lambda classes, _settings: 1000 * classes,
            "fit": refuse,
            "flops": lambda classes, _settings: 2_500_000 * classes,
            **given,
        },  # type: ignore[arg-type]
    )


def register(monkeypatch: pytest.MonkeyPatch, *methods: Method) -> None:
    """Make these the only methods there are, but for the commands, which are made of the real ones."""
    for command in ("benchmark", "evaluate", "methods", "train"):
        importlib.import_module(f"mer_core.cli.{command}")
    named = {one.name: one for one in methods}
    monkeypatch.setattr(registry, "METHODS", named)
    monkeypatch.setattr(entries, "METHODS", named)
