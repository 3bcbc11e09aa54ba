"""The opinion of a model on one clip, in this process and through the serving child."""

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load, save_file
from torch import Tensor

from mer_core.cli import serve
from mer_core.errors import FeatureError, ModelError
from mer_core.models.attention import over_crop
from mer_core.models.method import check_readable
from mer_core.models.registry import METHODS
from mer_core.project.models import DEFAULT_MODEL
from mer_core.recognition import Recogniser, normalised_entropy
from mer_core.serving import (
    ServingError,
    decode,
    encode,
    load_request,
    predict_request,
    read_reply,
    to_prediction,
)
from mer_core.training.run import train_run
from mer_core.training.settings import TrainSettings
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=2, each=6, strength=0.5)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "toy"
    settings = TrainSettings(epochs=15, seeds=2, mixing="none", image="apex")
    return train_run(FEATURES, settings, out, emit=lambda _event: None)


def test_prediction(model: Path) -> None:
    recogniser = Recogniser.load(model)
    for index in range(3):
        prediction = recogniser.predict(FEATURES.flow[index], FEATURES.apex[index])
        assert prediction.probabilities.dtype == np.float32
        assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert prediction.probabilities.argmax() == FEATURES.label[index]
        assert prediction.attention.shape == (28, 28)
        assert 0 <= prediction.attention.min() <= prediction.attention.max() <= 1
        assert 0 <= prediction.uncertainty <= 1


def test_mirrored_face_same_opinion_mirrored_attention(model: Path) -> None:
    recogniser = Recogniser.load(model)
    flow, apex = FEATURES.flow[4], FEATURES.apex[4]
    mirrored = flow[:, ::-1].copy()
    mirrored[..., 0] *= -1
    first, second = recogniser.predict(flow, apex), recogniser.predict(mirrored, apex[:, ::-1])
    np.testing.assert_allclose(first.probabilities, second.probabilities, atol=1e-5)
    np.testing.assert_allclose(first.attention, second.attention[:, ::-1], atol=1e-5)


def test_a_model_of_the_difference_sees_what_the_face_did_and_not_whose_it_is(tmp_path: Path) -> None:
    """Apex and onset share a random picture, each clip its own; a patch between them, one place a class, is all."""
    random = np.random.default_rng(1)
    onset = random.integers(60, 180, FEATURES.apex.shape).astype(np.uint8)
    apex = onset.copy()
    for clip, label in enumerate(FEATURES.label):
        apex[clip, 12 * label + 2 : 12 * label + 10, 10:30] += 60
    still = np.zeros_like(FEATURES.flow)
    features = replace(FEATURES, flow=still, apex=apex, onset=onset)
    settings = TrainSettings(epochs=15, seeds=1, mixing="none", image="difference")
    recogniser = Recogniser.load(train_run(features, settings, tmp_path / "run", emit=lambda _event: None))
    strange = random.integers(60, 180, onset.shape).astype(np.uint8)
    for clip, label in enumerate(FEATURES.label):
        change = apex[clip].astype(int) - onset[clip]
        other = (strange[clip] + change).clip(0, 255).astype(np.uint8)
        assert recogniser.predict(still[clip], other, strange[clip]).probabilities.argmax() == label
    with pytest.raises(ModelError, match="reads the onset face"):
        recogniser.predict(still[0], apex[0])
    with pytest.raises(FeatureError, match="reads 'onset', which these features do not hold"):
        check_readable(METHODS["mr-uamf"], FEATURES, settings)


def test_attention_lies_where_the_network_looked() -> None:
    """A cell's centre is input place 3 i − 1; the map between is linear."""
    cells = np.zeros((10, 10), np.float32)
    cells[3, 6] = 1
    crop = over_crop(cells)
    assert np.unravel_index(crop.argmax(), crop.shape) == (8, 17)
    assert crop[8, 17] == 1
    assert crop[8, 16] == pytest.approx(2 / 3)
    np.testing.assert_array_equal(over_crop(np.ones((10, 10))), 1)


def test_entropy() -> None:
    assert normalised_entropy(np.full(3, 1 / 3, np.float32)) == pytest.approx(1, abs=1e-6)
    assert normalised_entropy(np.array([1, 0, 0], np.float32)) == pytest.approx(0, abs=1e-6)


def test_unfit_input_and_damaged_models_have_a_sentence(model: Path, tmp_path: Path) -> None:
    recogniser = Recogniser.load(model)
    with pytest.raises(ModelError, match="flow must be"):
        recogniser.predict(np.full((28, 28, 3), np.nan, np.float32), FEATURES.apex[0])
    with pytest.raises(ModelError, match=r"flow must be .* within"):
        recogniser.predict(np.full((28, 28, 3), 1e25, np.float32), FEATURES.apex[0])
    with pytest.raises(ModelError, match="apex picture must be"):
        recogniser.predict(FEATURES.flow[0], FEATURES.apex)
    with pytest.raises(ModelError, match="onset picture is"):
        recogniser.predict(FEATURES.flow[0], FEATURES.apex[0], FEATURES.apex[0][:-1])
    with pytest.raises(ModelError, match="no model in"):
        Recogniser.load(tmp_path)
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(ModelError, match="damaged"):
        Recogniser.load(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(ModelError, match="lacks method, classes, settings"):
        Recogniser.load(tmp_path)
    card = (model / "card.json").read_text()
    (tmp_path / "card.json").write_text(card)
    with pytest.raises(ModelError, match="cannot be read"):
        Recogniser.load(tmp_path)
    weights = (model / "weights.safetensors").read_bytes()
    (tmp_path / "weights.safetensors").write_bytes(weights[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelError, match="not the ones its card describes"):
        Recogniser.load(tmp_path)


def test_serving_answers_what_the_recogniser_says(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flow, apex = FEATURES.flow[5], FEATURES.apex[5]
    onset = 255 - apex
    lines = [
        predict_request(1, flow, apex, onset),
        load_request(2, model),
        predict_request(3, flow, apex, onset),
        "nonsense\n",
        json.dumps({"id": 4, "op": "predict", "flow": "AAAA", "apex": "", "onset": "", "shape": [1, 1]}) + "\n",
        load_request(5, model / "absent"),
        predict_request(6, flow, apex, onset),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(lines)))
    assert serve.run(argparse.Namespace()) == 0
    replies = capsys.readouterr().out.splitlines()
    assert [json.loads(reply)["ok"] for reply in replies] == [False, True, True, False, False, False, True]
    assert [json.loads(reply)["id"] for reply in replies] == [1, 2, 3, None, 4, 5, 6]
    with pytest.raises(ServingError, match="No model is loaded") as refusal:
        read_reply(replies[0])
    assert refusal.value.number == 1
    assert read_reply(replies[1])["card"]["classes"] == list(FEATURES.classes)
    expected, told = Recogniser.load(model).predict(flow, apex), to_prediction(read_reply(replies[2]))
    np.testing.assert_allclose(told.probabilities, expected.probabilities, atol=1e-6)
    np.testing.assert_allclose(told.attention, expected.attention, atol=1e-6)
    assert told.classes == expected.classes


BAD_LINES = [
    b"\xff\xfe\n",
    b"[" * 100_000 + b"\n",
    b'{"id": 1, "op": []}\n',
    b'{"id": 1, "op": {}}\n',
    b'{"id": 1, "op": "load", "model": 5}\n',
    b'{"id": 1, "op": "load", "model": "a\\u0000b"}\n',
    b'{"id": 1, "op": "predict", "flow": 5, "apex": 1, "onset": 1, "shape": [1, 1]}\n',
    b'{"id": 1, "op": "predict", "flow": "", "apex": "", "onset": "", "shape": 5}\n',
    b'{"id": 1, "op": "predict", "flow": "", "apex": "", "onset": "", "shape": [true, true]}\n',
    b'{"id": 1, "op": "predict", "flow": "FLOW", "apex": "", "onset": "", "shape": [%d, 1]}\n' % 10**30,
]


def test_no_line_ends_the_serving(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = encode(FEATURES.flow[0], "<f4").encode()
    lines = [load_request(0, model).encode(), *(line.replace(b"FLOW", flow) for line in BAD_LINES)]
    lines.append(load_request(2, model).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"".join(lines)), encoding="utf-8"))
    assert serve.run(argparse.Namespace()) == 0
    replies = [json.loads(reply) for reply in capsys.readouterr().out.splitlines()]
    assert [reply["ok"] for reply in replies] == [True, *[False] * len(BAD_LINES), True]
    assert [reply["id"] for reply in replies] == [0, *[None] * 4, *[1] * (len(BAD_LINES) - 4), 2]
    assert all(reply["message"].endswith(".") for reply in replies[1:-1])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"settings": 5}, "has a wrong settings"),
        ({"classes": 5}, "has a wrong classes"),
        ({"classes": "abc"}, "has a wrong classes"),
        ({"classes": ["a", "b", "b"]}, "has a wrong classes"),
        ({"classes": ["a", 5, "b"]}, "has a wrong classes"),
        ({"method": 5, "features": 5}, "has a wrong method, features"),
        ({"features": {"flow": 5}}, "has a wrong features"),
        ({"classes": ["a", "b"]}, "do not fit its card"),
    ],
)
def test_a_card_of_other_types_has_a_sentence(
    model: Path, tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    card = json.loads((model / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps({**card, **changes}))
    (tmp_path / "weights.safetensors").write_bytes((model / "weights.safetensors").read_bytes())
    with pytest.raises(ModelError, match=sentence):
        Recogniser.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("scale", lambda tensor: tensor[0], "do not fit its card \\('scale'\\)"),
        ("scale", lambda tensor: tensor.repeat(2, 1), "do not fit its card \\('scale'\\)"),
        ("scale", lambda tensor: tensor[None], "do not fit its card \\('scale'\\)"),
        ("hidden.bias", lambda tensor: tensor[0], "do not fit its card"),
        ("classes.bias", lambda tensor: tensor[:1], "do not fit its card \\('classes.bias'\\)"),
        ("classes.bias", lambda tensor: tensor * float("nan"), "are not all finite numbers"),
        ("classes.bias", lambda tensor: tensor.int(), "are not all finite numbers"),
    ],
)
def test_weights_of_another_shape_have_a_sentence(
    tmp_path: Path, name: str, change: Callable[[Tensor], Tensor], sentence: str
) -> None:
    card = json.loads((DEFAULT_MODEL / "card.json").read_text())
    del card["weights_sha256"]
    (tmp_path / "card.json").write_text(json.dumps(card))
    state = load((DEFAULT_MODEL / "weights.safetensors").read_bytes())
    save_file({**state, name: change(state[name]).contiguous()}, tmp_path / "weights.safetensors")
    with pytest.raises(ModelError, match=sentence):
        Recogniser.load(tmp_path)


def test_arrays_survive_the_line() -> None:
    array = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_array_equal(decode(encode(array, "<f4"), "<f4", (3, 4)), array)
    with pytest.raises(ModelError, match="does not hold"):
        decode(encode(array, "<f4"), "<f4", (3, 5))


def test_the_windows_side_does_without_torch() -> None:
    code = (
        "import sys, mer_core.serving, mer_core.recognition, mer_core.features, mer_core.training.settings,"
        "mer_core.cli.train, mer_core.cli.evaluate, mer_core.cli.serve, mer_core.evaluation.protocols;"
        "sys.exit(int(any(name in sys.modules for name in ('torch', 'sklearn', 'h5py', 'rich'))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
