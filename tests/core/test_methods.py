"""The registry and its list, settings by method, and what is refused."""

import argparse
import json
import subprocess
import sys
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch

from mer_core.cli import main
from mer_core.cli import methods as command
from mer_core.cli.settings import add_settings, settings_from
from mer_core.errors import FeatureError, ModelError
from mer_core.evaluation.evaluate import evaluate
from mer_core.models.method import check_readable
from mer_core.models.registry import METHODS, method
from mer_core.training.fitted import FittedNetwork
from mer_core.training.settings import TrainSettings
from tests.core.toy import toy_features

NAMES = (
    *("mr-uamf", "mr-uamf-plus", "lbp-top", "3dhog", "hoof", "off-apexnet", "ststnet", "dual-inception"),
    *("macnn", "micro-attention", "mini-aorcnn"),
)


def test_all_methods_in_order_with_size_and_cost(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["--json"])) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert tuple(rows) == tuple(METHODS) == NAMES
    assert rows["ststnet"]["parameters"] == 1683
    assert rows["off-apexnet"]["parameters"] == 2_664_475
    assert [name for name, row in rows.items() if row["heavy"]] == ["macnn", "micro-attention"]
    assert all(set(row["reads"]) <= {"flow", "apex", "frames"} and row["source"] for row in rows.values())
    assert command.run(parser.parse_args([])) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)


def test_listing_methods_needs_nothing_heavy() -> None:
    code = "import sys, mer_core.models.registry; print([m for m in ('torch', 'sklearn', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_settings_round_trip_and_mean_the_same_everywhere() -> None:
    kinds: dict[str, type] = {}
    for one in METHODS.values():
        settings = one.settings()
        assert one.settings.from_dict(settings.to_dict()) == settings
        for item in fields(one.settings):
            assert item.metadata["help"]
            # One option of the command line serves all methods that have the setting.
            assert kinds.setdefault(item.name, type(item.default)) is type(item.default), item.name


def test_only_a_methods_own_settings() -> None:
    parser = argparse.ArgumentParser()
    add_settings(parser, METHODS.values())
    given = parser.parse_args(["--epochs", "3", "--no-flip"])
    for name in ("ststnet", "macnn"):
        settings = settings_from(given, METHODS[name])
        assert settings.to_dict() == METHODS[name].settings().to_dict() | {"epochs": 3, "flip": False}
    with pytest.raises(ModelError, match="'ststnet' has no setting 'eta'"):
        settings_from(parser.parse_args(["--eta", "2"]), METHODS["ststnet"])
    with pytest.raises(ModelError, match="must be one of printed, pooled"):
        settings_from(parser.parse_args(["--norm", "none"]), METHODS["ststnet"])


SMALL: dict[str, dict[str, Any]] = {
    **{name: {"epochs": 12} for name in ("mr-uamf-plus", "off-apexnet", "ststnet", "dual-inception")},
    "mr-uamf": {"epochs": 12, "T_s": 1, "T": 2, "image": "none"},
    "hoof": {"cost": 1.0},
}


@pytest.mark.parametrize("name", SMALL)
def test_fitted_on_some_clips_and_asked_about_others(name: str) -> None:
    """The plain interface of every method: ``fit``, then ``predict_proba``; the labels of those asked about do not
    matter, and the same seed gives the same answer."""
    features = toy_features(4, 6, strength=0.5)
    out = features.subject == "s03"
    one = METHODS[name]
    settings = one.settings(**SMALL[name])
    told: list[tuple[int, int]] = []
    fitted = one.fit(features.select(~out), settings, 1, lambda done, total: told.append((done, total)))
    asked = features.select(out)
    said = fitted.predict_proba(asked)
    assert told[-1][0] == told[-1][1]
    assert said.dtype == np.float32
    assert said.shape == (6, 3)
    np.testing.assert_allclose(said.sum(1), 1, atol=1e-5)
    assert (said.argmax(1) == asked.label).mean() > 0.6
    again = one.fit(features.select(~out), settings, 1, lambda *_: None)
    turned = replace(asked, label=(asked.label + 1) % 3)
    np.testing.assert_array_equal(again.predict_proba(turned), said)


def test_a_support_vector_machine_fitted_is_a_fold_s() -> None:
    features = toy_features(4, 6)
    out = features.subject == "s03"
    settings = METHODS["hoof"].settings()
    said = METHODS["hoof"].fit(features.select(~out), settings, 0, lambda *_: None).predict_proba(features.select(out))
    held_out = METHODS["hoof"].predict_held_out(features, out[None], settings, 0, lambda *_: None)
    np.testing.assert_allclose(said, held_out[out], atol=1e-6)


def test_fu_mix_s_uncertainty_comes_with_the_fit() -> None:
    """The clips that carry another's label are what the network misreads most."""
    features = toy_features(4, 6, strength=0.5)
    wrong = np.zeros(len(features), dtype=bool)
    wrong[[3, 10, 17]] = True
    label = np.where(wrong, (features.label + 1) % 3, features.label)
    settings = TrainSettings(epochs=1, T_s=1, T=4, image="none")
    fitted = METHODS["mr-uamf"].fit(replace(features, label=label), settings, 0, lambda *_: None)
    assert isinstance(fitted, FittedNetwork)
    assert fitted.uncertainty is not None
    assert fitted.uncertainty.shape == (24,)
    assert fitted.uncertainty[wrong].mean() > fitted.uncertainty[~wrong].mean() + 0.3


def test_trained_as_published_but_for_what_is_said_otherwise() -> None:
    parser = argparse.ArgumentParser()
    add_settings(parser, METHODS.values())
    arguments = parser.parse_args(["--epochs", "3", "--seeds", "2"])
    settings = settings_from(arguments, METHODS["ststnet"], published=True)
    expected = {"scaling": "bytes", "flip": False, "batch": 256, "rate": 5e-5, "schedule": "constant"}
    expected |= {"weight_decay": 0.0, "class_weight": 0.0, "epochs": 3, "seeds": 2}
    assert settings == METHODS["ststnet"].settings.from_dict(expected)
    for one in METHODS.values():
        assert one.settings(**one.settings.PUBLISHED).to_dict() == {
            **one.settings().to_dict(),
            **one.settings.PUBLISHED,
        }
    with pytest.raises(ModelError, match="No way to train is published for the method 'hoof'"):
        settings_from(parser.parse_args([]), METHODS["hoof"], published=True)


def test_what_is_refused() -> None:
    features = toy_features(2, 3)
    with pytest.raises(ModelError, match="'magic' is unknown"):
        method("magic")
    with pytest.raises(FeatureError, match="'lbp-top' reads 'frames'"):
        check_readable(METHODS["lbp-top"], features, METHODS["lbp-top"].settings())
    with pytest.raises(ModelError, match="not settings of the method 'ststnet'"):
        evaluate(features, METHODS["macnn"].settings(), method="ststnet")


def test_a_fold_by_fold_training_is_the_same_with_any_number_of_threads() -> None:
    features = toy_features(subjects=3, each=6)
    held_out = np.unique(features.group)[:, None] == features.group[None]
    chosen = METHODS["mini-aorcnn"]
    settings = chosen.settings.from_dict({"epochs": 12})
    threads = torch.get_num_threads()
    answers = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            answers.append(chosen.predict_held_out(features, held_out, settings, 0, lambda _done, _total: None))
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(answers[0], answers[1])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": 5 * 10**9}, "'seed' is 5000000000, but must be at most 2,147,483,648"),
        ({"seeds": 10**19}, "'seeds' is .* at most 10,000"),
        ({"hidden": 10**11}, "'hidden' is .* at most 1,000,000,000"),
    ],
)
def test_a_number_that_nobody_can_mean_is_refused(given: dict[str, int], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        METHODS["mr-uamf-plus"].settings(**given)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")])
def test_what_is_too_large_for_the_memory_is_said(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_arguments: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(command, "run", run)
    assert main(["methods"]) == 1
    assert capsys.readouterr().err.startswith("There is not enough memory for that: lower the sizes")
