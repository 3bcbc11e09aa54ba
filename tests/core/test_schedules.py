"""The learning rate goes up once and down, whatever the number of steps; and trainings of exactly five steps end."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from mer_core.models.registry import METHODS
from mer_core.models.settings import MethodSettings
from mer_core.training.flow_settings import StstNetSettings
from mer_core.training.loop_settings import MiniAorcnnSettings
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.schedules import one_cycle
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=2, each=7).select(np.arange(13))
HELD_OUT = FEATURES.subject == "s00"


def _rates(total: int, schedule: Callable[..., torch.optim.lr_scheduler.LRScheduler]) -> list[float]:
    optimiser = torch.optim.AdamW([torch.zeros(1, requires_grad=True)])
    scheduled = schedule(optimiser, 1e-2, total)
    rates = []
    for _ in range(total):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduled.step()
    return rates


@pytest.mark.parametrize("total", range(1, 7))
def test_up_once_and_down(total: int) -> None:
    rates = _rates(total, one_cycle)
    top = int(np.argmax(rates))
    assert np.isfinite(rates).all()
    assert max(rates) <= 1e-2
    assert rates == sorted(rates[: top + 1]) + sorted(rates[top + 1 :], reverse=True)
    if total == 5:
        assert max(rates) > 5e-3
    else:

        def plain(optimiser: torch.optim.Optimizer, rate: float, steps: int) -> torch.optim.lr_scheduler.OneCycleLR:
            return torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.2)

        assert rates == _rates(total, plain)


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("ststnet", StstNetSettings(epochs=1, batch=3)),
        ("mr-uamf-plus", PlusSettings(epochs=1, batch=3)),
        ("mini-aorcnn", MiniAorcnnSettings(epochs=5)),
    ],
)
def test_a_training_of_five_steps(method: str, settings: MethodSettings) -> None:
    """13 clips in batches of 3, or the seven that are learnt from five times as one batch."""
    said = METHODS[method].predict_held_out(FEATURES, HELD_OUT[None, :], settings, 0, lambda *_: None)
    assert np.isfinite(said[HELD_OUT]).all()
