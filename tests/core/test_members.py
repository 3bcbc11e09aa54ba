"""All folds at once: the same as fold by fold, and nothing leaks from what is held out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from mer_core.features import FeatureSet
from mer_core.models.inputs import Inputs
from mer_core.training.flow_settings import DualInceptionSettings, OffApexNetSettings, StstNetSettings
from mer_core.training.held_out import held_out_by_epoch, predict_held_out
from mer_core.training.kinds import kind_of
from mer_core.training.members import Members
from mer_core.training.settings import LearningSettings, TrainSettings
from mer_core.training.team import Team, workers
from tests.core.toy import toy_features

FEATURES = toy_features()
HELD_OUT = np.array([FEATURES.subject == name for name in ("s00", "s01")] + [np.zeros(24, bool)])
# The image stream is compared as printed: in noise every pooled value is positive, so that batch norm takes its bias
# out again whole, and Adam makes steps of what rounding leaves of the bias's gradient.
SHORT = TrainSettings(epochs=2, T_s=1, T=1, batch=12, sigma=0.7, image="none")
BRIEF: dict[str, Any] = {"epochs": 1, "batch": 12, "mixing": "mixup", "sigma": 0.7, "rate": 1e-3}
VARIANTS: dict[str, LearningSettings] = {
    "default": SHORT,
    "printed": replace(SHORT, norm="printed", attention="residual", image="apex", hidden=20),
    "plain": replace(SHORT, attention="off", mixing="none", half_waves=True),
    "ststnet": StstNetSettings(**BRIEF),
    "off-apexnet": OffApexNetSettings(**BRIEF),
    "dual-inception": DualInceptionSettings(**BRIEF, schedule="constant"),
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small steps: two of torch's threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _train(held_out: np.ndarray, settings: LearningSettings, features: FeatureSet = FEATURES) -> Members:
    members = kind_of(settings).members(Inputs.of(features, settings), features.label, held_out, 3, settings, seed=5)
    assert isinstance(members, Members)
    assert len(list(members.epochs())) == settings.total_epochs
    return members


def _finish(team: Team) -> list[str]:
    """Train; returns each epoch's stage."""
    with workers() as pool:
        return [epoch.stage for epoch in team.epochs(pool)]


def _logits(members: Members, member: int) -> torch.Tensor:
    rows = torch.arange(24)
    with torch.no_grad():
        flow, image = members.inputs.pick(rows, torch.zeros_like(rows))
        return members.network.select([member]).forward(flow, image).logits[:, 0]


@pytest.mark.parametrize("name", VARIANTS)
def test_all_at_once_equals_one_by_one(name: str) -> None:
    settings = VARIANTS[name]
    together = _train(HELD_OUT, settings)
    for member in range(len(HELD_OUT)):
        alone = _train(HELD_OUT[member : member + 1], settings)
        torch.testing.assert_close(_logits(together, member), _logits(alone, 0), atol=1e-4, rtol=1e-4)
        own = ~HELD_OUT[member]
        torch.testing.assert_close(together.uncertainty[own, member], alone.uncertainty[own, 0])


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_leaks_from_a_held_out_clip(name: str) -> None:
    """Other pictures and other labels of fold 1's subject change every member but fold 1's, to the last bit."""
    settings = VARIANTS[name]
    planted = HELD_OUT[1]
    random = np.random.default_rng(9)
    flow, apex, label = FEATURES.flow.copy(), FEATURES.apex.copy(), FEATURES.label.copy()
    flow[planted] = random.normal(5, 3, flow[planted].shape)
    apex[planted] = 255 - apex[planted]
    label[planted] = (label[planted] + 1) % 3
    before = _train(HELD_OUT, settings)
    after = _train(HELD_OUT, settings, replace(FEATURES, flow=flow, apex=apex, label=label))
    for weights in ("weights", "statistics"):
        for key, value in getattr(before.network, weights).items():
            changed = [
                not torch.equal(old, new) for old, new in zip(value, getattr(after.network, weights)[key], strict=True)
            ]
            assert not changed[1], key
            if key in ("flow.weight", "flow.mean", "v.conv1.weight", "u.block1.three.weight"):
                assert changed == [True, False, True]


def test_a_team_equals_its_members() -> None:
    inputs = Inputs.of(FEATURES, SHORT)
    team = Team(inputs, FEATURES.label, HELD_OUT, 3, SHORT, 5)
    stages = _finish(team)
    assert stages == ["trajectory"] * 2 + ["training"] * 2
    members = _train(HELD_OUT, SHORT)
    expected = np.zeros((24, 3), dtype=np.float32)
    members.add_held_out_probabilities(expected)
    np.testing.assert_allclose(team.held_out_probabilities()[:12], expected[:12], atol=1e-4)
    assert np.isnan(team.held_out_probabilities()[12:]).all()
    uncertainty = team.last_uncertainty()
    assert uncertainty is not None
    np.testing.assert_allclose(uncertainty, members.uncertainty[:, -1], atol=1e-6)


def test_few_at_a_time_equals_all_at_once() -> None:
    """Three folds two at a time; by epoch, the last epoch is what counts."""
    folds = np.array([FEATURES.subject == name for name in ("s00", "s01", "s02")])
    told: list[tuple[int, int]] = []

    def on_epoch(done: int, total: int) -> None:
        told.append((done, total))

    together = predict_held_out(FEATURES, folds, SHORT, 3, on_epoch)
    assert told == [(done, 4) for done in range(1, 5)]
    apart = predict_held_out(FEATURES, folds, SHORT, 3, on_epoch, weights_at_once=1)
    assert told[4:] == [(done, 8) for done in range(1, 9)]
    np.testing.assert_allclose(together, apart, atol=1e-4)
    assert np.isnan(together[18:]).all()
    by_epoch = list(held_out_by_epoch(FEATURES, folds, SHORT, 3, on_epoch))
    assert len(by_epoch) == 2
    np.testing.assert_array_equal(by_epoch[-1], together)
    assert np.abs(by_epoch[0] - together)[:18].max() > 1e-4


def test_seed_repeats_and_another_differs() -> None:
    inputs = Inputs.of(FEATURES, SHORT)
    results = []
    for seed in (1, 1, 2):
        team = Team(inputs, FEATURES.label, HELD_OUT, 3, SHORT, seed)
        _finish(team)
        results.append(team.held_out_probabilities())
    np.testing.assert_array_equal(results[0], results[1])
    assert np.abs(results[0] - results[2])[:12].max() > 1e-3


def test_learns_what_is_there_to_learn() -> None:
    settings = TrainSettings(epochs=25, T_s=1, T=2)
    team = Team(Inputs.of(FEATURES, settings), FEATURES.label, HELD_OUT[:2], 3, settings, 0)
    _finish(team)
    assert (team.held_out_probabilities().argmax(1) == FEATURES.label)[:12].mean() > 0.9


def test_class_missing_from_a_fold_does_no_harm() -> None:
    """Class 2 is subject 0's alone: its member has never seen it, and is finite all the same."""
    label = np.where((FEATURES.label == 2) & (FEATURES.subject != "s00"), 1, FEATURES.label)
    members = _train(HELD_OUT, SHORT, replace(FEATURES, label=label))
    total = np.zeros((24, 3), dtype=np.float32)
    members.add_held_out_probabilities(total)
    assert np.isfinite(total[:12]).all()
    assert (total[:12].sum(axis=1) > 0.99).all()
