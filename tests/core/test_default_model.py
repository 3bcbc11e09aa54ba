"""The model in the box."""

import numpy as np
import pytest

from mer_core.features import read_features
from mer_core.project.models import DEFAULT_MODEL
from mer_core.recognition import Recogniser
from tests.real_data import REAL, REASON


def test_holds_weights_and_card_only_and_names_no_clip() -> None:
    files = {path.name: path.stat().st_size for path in DEFAULT_MODEL.iterdir()}
    assert set(files) == {"card.json", "weights.safetensors"}
    assert sum(files.values()) < 1_000_000
    card = Recogniser.load(DEFAULT_MODEL).card
    assert card["uncertain"] == []
    assert card["not_for"]
    assert card["method"] == "mr-uamf-plus"
    assert 0.8 < card["held_out"]["uf1"]["mean"] < 0.85


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_knows_what_it_was_trained_on() -> None:
    assert REAL is not None
    features = read_features(REAL / "megc2019_casme2_smic.npz")
    recogniser = Recogniser.load(DEFAULT_MODEL)
    rows = range(0, 309, 10)
    told = [recogniser.predict(features.flow[row], features.apex[row]).probabilities.argmax() for row in rows]
    assert np.mean(told == features.label[::10]) > 0.85
