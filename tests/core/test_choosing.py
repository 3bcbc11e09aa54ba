"""Settings chosen on inner folds: the better ones are, and what is held out has no say."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.cli import evaluate as command
from mer_core.errors import FeatureError, ModelError
from mer_core.evaluation import choosing
from mer_core.evaluation.choosing import INNER_FOLDS, candidates, predict_chosen
from mer_core.evaluation.evaluate import evaluate
from mer_core.evaluation.protocols import split
from mer_core.features import write_features
from mer_core.models.registry import method
from mer_core.training.plus_settings import PlusSettings
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=7, each=6, strength=0.5)
SHORT = PlusSettings(epochs=6, networks=1, shift=0, seeds=1, batch=16)
# A rate at which nothing is learnt in so few epochs, and one at which all is.
TRIED = candidates(SHORT, {"rate": [1e-6, 2e-2]})
PLUS = method("mr-uamf-plus")
FOLDS = split("loso", FEATURES.label, FEATURES.group).held_out


def silent(_done: int, _total: int) -> None:
    pass


def test_each_fold_takes_what_does_best_within_it() -> None:
    told: list[float] = []
    choice = predict_chosen(PLUS, FEATURES, FOLDS, TRIED, 0, lambda done, total: told.append(done / total))
    assert choice.chosen.tolist() == [[1]] * 7
    assert (choice.inner_uf1[:, 1] > choice.inner_uf1[:, 0]).all()
    alone = PLUS.predict_held_out(FEATURES, FOLDS, TRIED[1], 0, silent)
    np.testing.assert_array_equal(choice.held_out, alone)
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_best_answer_together() -> None:
    tried = candidates(SHORT, {"rate": [1e-6, 2e-2, 1e-2]})
    choice = predict_chosen(PLUS, FEATURES, FOLDS, tried, 0, silent, together=2)
    assert all(set(each) == {1, 2} for each in choice.chosen.tolist())
    best_first = np.take_along_axis(choice.inner_uf1, choice.chosen, axis=1)
    assert (best_first[:, 0] >= best_first[:, 1]).all()
    each = [PLUS.predict_held_out(FEATURES, FOLDS, settings, 0, silent) for settings in tried[1:]]
    np.testing.assert_allclose(choice.held_out, np.mean(each, axis=0), rtol=1e-6)


def test_many_folds_choose_in_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each without the clips of its whole bundle: here 7 folds in 3 bundles, and the clips of one bundle spoilt."""
    monkeypatch.setattr(choosing, "BUNDLES", 3)
    clean = predict_chosen(PLUS, FEATURES, FOLDS, TRIED, 0, silent)
    bundles = choosing.bundles(len(FOLDS), 0)
    assert sorted(map(len, bundles)) == [2, 2, 3]
    assert sorted(np.concatenate(bundles)) == list(range(7))
    one = bundles[0].tolist()
    mine = FOLDS[one].any(axis=0)
    label = np.where(mine, (FEATURES.label + 1) % 3, FEATURES.label)
    spoilt = predict_chosen(PLUS, replace(FEATURES, label=label), FOLDS, TRIED, 0, silent)
    same = (spoilt.inner_uf1 == clean.inner_uf1).all(axis=1)
    assert np.flatnonzero(same).tolist() == one


def test_what_is_held_out_has_no_say() -> None:
    """The first subject's labels turned, its motion absurd: its own fold chooses just the same."""
    mine = FOLDS[0]
    flow, label = FEATURES.flow.copy(), FEATURES.label.copy()
    flow[mine], label[mine] = 40 * flow[mine][:, ::-1], (label[mine] + 1) % 3
    spoilt = predict_chosen(PLUS, replace(FEATURES, flow=flow, label=label), FOLDS[:1], TRIED, 0, silent)
    clean = predict_chosen(PLUS, FEATURES, FOLDS[:1], TRIED, 0, silent)
    np.testing.assert_array_equal(spoilt.inner_uf1, clean.inner_uf1)
    assert not np.array_equal(spoilt.held_out[mine], clean.held_out[mine])  # it is still what is answered about


def test_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "features.h5", tmp_path / "result.json"
    write_features(path, FEATURES)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    given = ["--epochs", "6", "--networks", "1", "--shift", "0", "--seeds", "2", "--batch", "16"]
    asked = [str(path), "--method", "mr-uamf-plus", *given, "--choose", "rate=1e-6,0.02", "--json", str(out)]
    assert command.run(parser.parse_args(asked)) == 0
    result = json.loads(out.read_text())
    assert result["chosen"][0]["settings"] == {"rate": 0.02}
    assert [each["folds"] for each in result["chosen"]] == [14, 0]  # 7 folds, 2 seeds
    assert result["pooled"]["uf1"]["mean"] > 0.8
    assert "rate 0.02: chosen by 14 folds" in capsys.readouterr().out
    both = tmp_path / "both.json"
    assert command.run(parser.parse_args([*asked[:-1], str(both), "--together", "2"])) == 0
    assert [each["folds"] for each in json.loads(both.read_text())["chosen"]] == [14, 14]
    for bad, said in (("rate", "not understood"), ("rate=x,y", "not understood"), ("size=1,2", "no setting 'size'")):
        with pytest.raises(ModelError, match=said):
            command.run(parser.parse_args([*asked[:-4], "--choose", bad]))


def test_what_cannot_be_chosen() -> None:
    with pytest.raises(ModelError, match="cannot be chosen"):
        evaluate(FEATURES, SHORT, method="mr-uamf-plus", choose={"seed": [1, 2]})
    with pytest.raises(ModelError, match="nothing to choose"):
        evaluate(FEATURES, SHORT, method="mr-uamf-plus", choose={"hidden": [8]})
    with pytest.raises(ModelError, match="ask for 1 to 2"):
        evaluate(FEATURES, SHORT, method="mr-uamf-plus", choose={"hidden": [8, 9]}, together=3)
    with pytest.raises(ModelError, match="name the settings"):
        evaluate(FEATURES, SHORT, method="mr-uamf-plus", together=2)
    with pytest.raises(ModelError, match="two things"):
        evaluate(FEATURES, SHORT, method="mr-uamf-plus", choose={"hidden": [8, 9]}, test_peek=True)
    few = FEATURES.select(np.isin(FEATURES.subject, ["s00", "s01"]))
    with pytest.raises(FeatureError, match="within fold 1"):
        evaluate(few, SHORT, method="mr-uamf-plus", choose={"hidden": [8, 9]})
    assert INNER_FOLDS == 5
