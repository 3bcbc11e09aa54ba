"""The model in the box."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mer_core.analysis import measure_clip
from mer_core.clips import open_clip
from mer_core.faces import align_clip
from mer_core.features import FeatureSet, read_features
from mer_core.project.features import project_features
from mer_core.project.models import DEFAULT_MODEL
from mer_core.recognition import Recogniser
from tests.real_data import REAL, REASON


def test_holds_weights_and_card_only_and_names_no_clip() -> None:
    files = {path.name: path.stat().st_size for path in DEFAULT_MODEL.iterdir()}
    assert set(files) == {"card.json", "weights.safetensors"}
    assert sum(files.values()) < 3_000_000
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


@pytest.fixture(scope="module")
def measured(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> FeatureSet:
    """Our own flow on the small sample."""
    folder = tmp_path_factory.mktemp("measured") / "project"
    shutil.copytree(small_sample, folder)
    return project_features(folder)


def test_recognises_generated_expressions_it_was_not_trained_on(measured: FeatureSet) -> None:
    """It learnt from published flow pictures; that our own flow means the same to it shows here."""
    recogniser = Recogniser.load(DEFAULT_MODEL)
    rows = zip(measured.flow, measured.apex, strict=True)
    told = np.array([recogniser.predict(flow, apex).probabilities.argmax() for flow, apex in rows])
    wrongly_coded = 1  # the sample's second clip bears another label on purpose
    assert np.sum(told == measured.label) >= 0.7 * (len(measured) - wrongly_coded)


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_our_strain_peaks_where_the_published_does(measured: FeatureSet) -> None:
    """Eyes and mouth at the same places of the crop: a model of the one can read the other."""
    assert REAL is not None
    published = mean_strain(read_features(REAL / "megc2019_casme2_smic.npz").flow)
    ours = mean_strain(measured.flow)
    assert np.corrcoef(published.ravel(), ours.ravel())[0, 1] > 0.5
    for side in (np.s_[:14], np.s_[14:]):
        rows = [int(one[:12, side].mean(axis=1).argmax()) for one in (published, ours)]
        assert abs(rows[0] - rows[1]) <= 1
        # An eye is a broad peak, so its middle is compared; the sample's brows move more at their inner ends.
        eyes = [one[5:10, side].mean(axis=0).clip(0) for one in (published, ours)]
        middles = [float(np.average(np.arange(14), weights=eye)) for eye in eyes]
        assert abs(middles[0] - middles[1]) <= 2.5


def mean_strain(flow: np.ndarray) -> np.ndarray:
    """(28, 28): the mean of each clip's strain, standardised by itself."""
    strain = flow[..., 2]
    centred = strain - strain.mean(axis=(1, 2), keepdims=True)
    mean: np.ndarray = (centred / strain.std(axis=(1, 2), keepdims=True)).mean(axis=0)
    return mean


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_the_beginning_of_a_real_smile_is_positive() -> None:
    """A whole smile is no micro-expression: it says so from three frames on."""
    assert REAL is not None
    recogniser = Recogniser.load(DEFAULT_MODEL)
    with open_clip(REAL / "clips" / "smile_640x360_30fps.mp4") as clip:
        alignment = align_clip(clip)
        for apex, large in ((16, False), (17, True), (18, True)):
            found = measure_clip(clip.read, alignment, 14, apex)
            answer = recogniser.predict(found.cube, found.apex)
            assert answer.classes[int(answer.probabilities.argmax())] == "positive"
            assert any("too much for a micro-expression" in one for one in found.warnings) == large
