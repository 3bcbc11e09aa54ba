"""``checkpoint``: a file in the public layout becomes a model that answers by the command line and in the window."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mer_core.cli import main
from mer_core.project.models import project_models
from mer_core.project.project import Project
from mer_core.recognition import Recogniser
from tests.core.public_ststnet import PlainStstNet, trained_ststnet
from tests.core.toy import toy_features


@pytest.fixture(scope="module")
def plain() -> PlainStstNet:
    return trained_ststnet()


@pytest.fixture
def public(plain: PlainStstNet, tmp_path: Path) -> Path:
    """As the authors save one."""
    path = tmp_path / "sub01.pth"
    torch.save(plain.state_dict(), path)
    return path


def test_a_public_checkpoint_answers_as_it_did(public: Path, plain: PlainStstNet, tmp_path: Path) -> None:
    with Project.create(tmp_path / "project") as project:
        out = project.runs / "public"
        assert main(["checkpoint", str(public), "--out", str(out), "--name", "STSTNet of its authors"]) == 0
        assert project_models(project)[0] == out  # what the menu “Answer by” lists
    recogniser = Recogniser.load(out)
    assert recogniser.classes == ("negative", "positive", "surprise")
    features = toy_features()
    for flow, apex in zip(features.flow[:4], features.apex, strict=False):
        low, high = flow.min((0, 1)), flow.max((0, 1))
        picture = torch.from_numpy((flow - low) / (high - low) * 255).permute(2, 0, 1).flip(0)  # strain, v, u
        with torch.no_grad():
            expected = plain(picture[None]).softmax(-1)[0].numpy()
        np.testing.assert_allclose(recogniser.predict(flow, apex).probabilities, expected, atol=1e-4)


def test_the_card_says_where_it_is_from_and_claims_nothing(public: Path, tmp_path: Path) -> None:
    given = ["--classes", "a,b,c", "--channels", "u,v,strain"]
    assert main(["checkpoint", str(public), "--out", str(tmp_path / "model"), *given]) == 0
    card = json.loads((tmp_path / "model/card.json").read_text(encoding="utf-8"))
    assert (card["name"], card["classes"]) == ("STSTNet, sub01", ["a", "b", "c"])
    assert "public checkpoint sub01.pth (SHA-256" in card["origin"]
    assert card["input"].startswith("Channels u, v, strain, each scaled to 0..255")
    assert "No figures on held-out people are known" in card["figures"]
    assert "held_out" not in card
    assert card["settings"]["scaling"] == "bytes"


def test_predict_takes_it(public: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checkpoint", str(public), "--out", str(tmp_path / "model")]) == 0
    capsys.readouterr()
    random = np.random.default_rng(3)
    (tmp_path / "clip").mkdir()
    for number in (1, 2):
        picture = random.integers(90, 110, (120, 160, 3), np.uint8)
        assert cv2.imwrite(str(tmp_path / f"clip/{number}.png"), picture)
    asked = ["predict", str(tmp_path / "clip"), "--onset", "1", "--apex", "2", "--face", "whole", "--json"]
    assert main([*asked, "--model", str(tmp_path / "model")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert any("trained is not known" in each for each in answer["warnings"])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--classes", "a,b"], "tells 3 classes apart"),
        (["--classes", "a,a,b"], "a name of its own"),
        (["--channels", "u,v"], "must be u, v, strain in some order"),
    ],
)
def test_refusals_leave_nothing(
    public: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], sentence: str
) -> None:
    assert main(["checkpoint", str(public), "--out", str(tmp_path / "model"), *given]) == 1
    assert sentence in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["sub01.pth"]


def test_what_is_there_already_stays(public: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    assert main(["checkpoint", str(public), "--out", str(tmp_path / "model")]) == 1
    assert "is there already" in capsys.readouterr().err
    assert not list((tmp_path / "model").iterdir())


def test_a_variance_below_nothing_is_damage(plain: PlainStstNet, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    state = {name: value.clone() for name, value in plain.state_dict().items()}
    state["bn1.running_var"][0] = -1
    torch.save(state, tmp_path / "sub01.pth")
    assert main(["checkpoint", str(tmp_path / "sub01.pth"), "--out", str(tmp_path / "model")]) == 1
    assert "damaged: 'bn1.running_var' is a variance" in capsys.readouterr().err
