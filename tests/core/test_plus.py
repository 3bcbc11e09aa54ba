"""MR-UAMF+: what it reads, that folds at once are folds alone, that nothing held out leaks, what its attention says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from mer_core.errors import ModelError
from mer_core.evaluation.metrics import score
from mer_core.evaluation.protocols import split
from mer_core.features import read_features
from mer_core.models.inputs import mirror_flow
from mer_core.models.plus import PlusNetwork, over_places
from mer_core.models.plus_inputs import PlusInputs, half_waves, mirrored, pooled
from mer_core.models.registry import METHODS
from mer_core.recognition import Recogniser
from mer_core.training.held_out import predict_held_out
from mer_core.training.plus_doses import Doses
from mer_core.training.plus_members import PlusMembers
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.run import train_run
from tests.core.toy import toy_features
from tests.real_data import REAL, REASON

FEATURES = toy_features(subjects=3, each=6, strength=0.5)
SUBJECTS = np.stack([FEATURES.subject == name for name in np.unique(FEATURES.subject)])
SHORT = PlusSettings(epochs=4, hidden=8, networks=2, seeds=2)


def _said(network: PlusNetwork) -> torch.Tensor:
    """What it says of all clips."""
    return network.probabilities(PlusInputs.of(FEATURES, SHORT), torch.arange(len(FEATURES)))


def _train(held_out: np.ndarray, label: np.ndarray = FEATURES.label, settings: PlusSettings = SHORT) -> PlusMembers:
    inputs = PlusInputs.of(FEATURES, settings)
    members = PlusMembers(inputs, label, held_out, 3, settings, seed=3)
    for _ in members.epochs():
        pass
    return members


def test_half_waves_of_a_known_field() -> None:
    """A quarter of the face moves right by 4: RMS about the median 2, so 2 in u+, and nothing in the other waves."""
    flow = np.zeros((1, 28, 28, 3), np.float32)
    flow[0, :14, :14, 0] = 4
    maps = half_waves(flow)
    assert maps.shape == (1, 5, 28, 28)
    torch.testing.assert_close(maps[0, 0, :14, :14], torch.full((14, 14), 2.0))
    assert maps[0, 0, 14:].abs().max() == 0
    assert maps[0, 1:].abs().max() == 0


def test_offset_and_scaling_of_a_file_do_not_matter() -> None:
    """Published flow pictures are min-max to 0..255, ours is in pixels."""
    flow = FEATURES.flow
    shifted = flow * np.array([37, 90, 11], np.float32) + np.array([120, 80, 3], np.float32)
    torch.testing.assert_close(half_waves(shifted), half_waves(flow), atol=1e-3, rtol=1e-3)


def test_a_mirrored_face_swaps_the_waves_of_u() -> None:
    maps, mirrored = half_waves(FEATURES.flow), half_waves(mirror_flow(FEATURES.flow))
    torch.testing.assert_close(mirrored, maps[:, [1, 0, 2, 3, 4]].flip(-1))


def test_moves_are_whole_cells_and_the_first_is_none() -> None:
    maps = half_waves(FEATURES.flow)
    cells, lower = (pooled(maps, down).unflatten(1, (5, 7, 7)) for down in (0, 4))
    torch.testing.assert_close(lower[:, :, 1:], cells[:, :, :-1])
    features = PlusInputs.of(FEATURES, PlusSettings()).features
    assert features.shape == (2, 15, 18, 245)
    torch.testing.assert_close(features[0, 0], pooled(maps))


DOSES = ("dropout", "input_dropout", "label_smoothing", "alpha", "class_weight")


def test_each_network_draws_its_own_doses_up_to_what_is_set() -> None:
    settings = PlusSettings(networks=200)
    doses = Doses.drawn(settings, torch.Generator().manual_seed(0))
    for name in DOSES:
        drawn, most = getattr(doses, name).double(), getattr(settings, name)
        assert drawn.shape == (200,)
        assert 0 <= drawn.min() < 0.1 * most
        assert 0.9 * most < drawn.max() <= most
        assert drawn.mean() == pytest.approx(most / 2, rel=0.15)
    together = torch.stack([getattr(doses, name).double() for name in DOSES])
    assert (torch.corrcoef(together) - torch.eye(5)).abs().max() < 0.3


def test_all_have_what_is_set_where_nothing_varies() -> None:
    settings = PlusSettings(networks=3, vary=False)
    doses = Doses.drawn(settings, torch.Generator().manual_seed(0))
    for name in DOSES:
        assert getattr(doses, name).tolist() == pytest.approx([getattr(settings, name)] * 3)


def test_a_network_trains_by_its_own_doses() -> None:
    """How many units are dropped, how clips are mixed: as each network has drawn it."""
    settings = replace(SHORT, networks=30, hidden=50, batch=64)
    members = PlusMembers(PlusInputs.of(FEATURES, settings), FEATURES.label, SUBJECTS[:1], 3, settings, seed=0)
    doses, shape = members.doses, (30, 50, 200)
    kept = (members._dropout(shape, doses.dropout) > 0).float().mean((1, 2))
    torch.testing.assert_close(kept, 1 - doses.dropout, atol=0.02, rtol=0)
    assert members._dropout(shape, doses.dropout).mean() == pytest.approx(1, abs=0.02)

    mix = members._draw_mix(30, 2000)
    assert mix is not None
    assert isinstance(mix.share, torch.Tensor)
    share, partner = mix.share.unflatten(0, (30, 2000)), mix.partner.unflatten(0, (30, 2000))
    # Beta(α, α) varies by 1 / (4 (2 α + 1)).
    torch.testing.assert_close(share.var(1), 0.25 / (2 * doses.alpha + 1), atol=0.02, rtol=0)
    own = partner - 2000 * torch.arange(30)[:, None]
    torch.testing.assert_close(own.sort(1).values, torch.arange(2000).expand(30, -1))


def test_a_tiny_alpha_mixes_nothing() -> None:
    settings = replace(SHORT, alpha=1e-3)
    members = PlusMembers(PlusInputs.of(FEATURES, settings), FEATURES.label, SUBJECTS[:1], 3, settings, seed=0)
    mix = members._draw_mix(2, 500)
    assert mix is not None
    assert isinstance(mix.share, torch.Tensor)
    assert (torch.minimum(mix.share, 1 - mix.share) > 0.01).float().mean() < 0.02
    assert mix.share.mean() == pytest.approx(0.5, abs=0.1)


def test_motionless_and_tiny_flow_stay_finite() -> None:
    assert half_waves(np.zeros((2, 28, 28, 3), np.float32)).abs().max() == 0
    assert pooled(half_waves(np.full((1, 28, 28, 3), 1e-30, np.float32))).isfinite().all()


def test_all_at_once_equals_one_by_one() -> None:
    together = _train(SUBJECTS)
    for member in range(len(SUBJECTS)):
        alone = _train(SUBJECTS[member : member + 1])
        torch.testing.assert_close(_said(together.network.select([member])), _said(alone.network), atol=1e-4, rtol=1e-4)


def test_labels_held_out_change_nothing() -> None:
    """A planted leak: what a member says must be the same whatever the labels of its held-out clips are."""
    changed = np.where(SUBJECTS[0], (FEATURES.label + 1) % 3, FEATURES.label)
    before, after = (_said(_train(SUBJECTS[:1], label).network) for label in (FEATURES.label, changed))
    torch.testing.assert_close(after, before)
    everything = np.zeros((1, len(FEATURES)), dtype=bool)
    before, after = (_said(_train(everything, label).network) for label in (FEATURES.label, changed))
    assert (after - before).abs().max() > 1e-3


def test_held_out_clips_change_nothing() -> None:
    """Neither the scale nor a mixture knows a held-out clip."""
    flow = FEATURES.flow.copy()
    flow[SUBJECTS[0]] = flow[SUBJECTS[0]][:, ::-1] ** 3
    other = PlusMembers(PlusInputs(flow, SHORT), FEATURES.label, SUBJECTS[:1], 3, SHORT, seed=3)
    for _ in other.epochs():
        pass
    torch.testing.assert_close(_said(other.network), _said(_train(SUBJECTS[:1]).network))


def test_both_layers_are_those_of_torch() -> None:
    """Logits and every gradient, written out for speed, against PyTorch's own of one member after the other."""
    generator = torch.Generator().manual_seed(1)
    scale = torch.rand((3, 245), generator=generator) + 0.5
    network = PlusNetwork.create(SHORT, 3, scale, generator)
    features = torch.randn((2, 6, 245), generator=generator)
    gain = torch.tensor([2.0, 1.25])[:, None, None]  # each network drops as many as it likes
    drop = gain * torch.randint(2, (2, 8, 6), generator=generator).float()
    towards = torch.randn((2, 3, 3, 6), generator=generator)
    logits = network.logits(features, drop)
    (logits * towards).sum().backward()
    found = {name: weight.grad for name, weight in network.weights.items()}
    for weight in network.parameters():
        weight.grad = None
    for one, member in np.ndindex(2, 3):
        layers = {name: weight[one, member] for name, weight in network.weights.items()}
        hidden = functional.linear(features[one] / scale[member], layers["hidden.weight"], layers["hidden.bias"])
        plain = functional.linear(hidden.relu() * drop[one].T, layers["classes.weight"], layers["classes.bias"])
        torch.testing.assert_close(logits[one, member].T, plain)
        (plain * towards[one, member].T).sum().backward()
    for name, weight in network.weights.items():
        torch.testing.assert_close(found[name], weight.grad)


def test_attention_adds_up_to_the_logit() -> None:
    """Gradient × input of a network without biases is the logit: nothing is left out, nothing made up."""
    generator = torch.Generator().manual_seed(0)
    settings = PlusSettings(networks=1, flip=False)
    network = PlusNetwork.create(settings, 3, torch.ones(1, 245), generator).select([0])
    for name in ("hidden.bias", "classes.bias"):
        network.weights[name].zero_()
    features = pooled(half_waves(FEATURES.flow[:1]))
    logits = network.logits(features[None])[0, 0, :, 0]
    probabilities, evidence = network.evidence(features)
    assert probabilities.argmax() == logits.argmax()
    assert evidence.sum() == pytest.approx(float(logits.max() - logits.mean()), abs=1e-5)


def test_one_clips_opinion_is_what_the_networks_say() -> None:
    """The quick way for one clip, all networks as one, mirrored at the end, agrees with the plain one."""
    network = _train(SUBJECTS).network.select([0, 2])
    inputs = PlusInputs(FEATURES.flow, SHORT)
    expected = network.probabilities(inputs, torch.arange(len(FEATURES))).numpy()
    for row, chances in enumerate(expected):
        found, attention = network.opinion(FEATURES.flow[row], FEATURES.apex[row], None)
        np.testing.assert_allclose(found, chances, atol=2e-6)
        assert attention.shape == (28, 28)
    torch.testing.assert_close(mirrored(inputs.features[0, 0]), inputs.features[1, 0], atol=1e-5, rtol=1e-5)


def test_attention_lies_on_the_crop() -> None:
    cells = np.zeros((7, 7), np.float32)
    cells[2, 5] = 3
    wide = over_places(cells)
    assert wide.shape == (28, 28)
    assert set(zip(*np.nonzero(wide == wide.max()), strict=True)) == {(9, 21), (9, 22), (10, 21), (10, 22)}
    assert wide.max() == 1
    assert over_places(np.zeros((7, 7))).max() == 0


def test_a_run_is_kept_read_and_made_again(tmp_path: Path) -> None:
    settings = replace(SHORT, epochs=25)
    first, second = (train_run(FEATURES, settings, tmp_path / name, emit=lambda _event: None) for name in "ab")
    assert (first / "weights.safetensors").read_bytes() == (second / "weights.safetensors").read_bytes()
    recogniser = Recogniser.load(first)
    assert recogniser.card["method"] == "mr-uamf-plus"
    assert recogniser.card["held_out"]["uf1"]["mean"] > recogniser.card["untrained"]["uf1"]["mean"]
    flow, apex = FEATURES.flow[4], FEATURES.apex[4]
    told = recogniser.predict(flow, apex)
    assert told.probabilities.argmax() == FEATURES.label[4]
    assert told.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert told.attention.shape == (28, 28)
    # The toy's class 1 moves rows 11 to 15, columns 8 to 19.
    assert told.attention[10:17, 7:21].mean() > 2 * told.attention.mean()
    mirrored = recogniser.predict(mirror_flow(flow[None])[0], apex)
    np.testing.assert_allclose(mirrored.probabilities, told.probabilities, atol=1e-5)
    np.testing.assert_allclose(mirrored.attention, told.attention[:, ::-1], atol=1e-5)


def test_size_and_settings() -> None:
    method = METHODS["mr-uamf-plus"]
    assert PlusNetwork.parameter_count(PlusSettings(networks=1), 3) == 245 * 64 + 64 + 64 * 3 + 3
    assert method.parameters(3, PlusSettings()) == 8 * 15939
    assert method.reads == ("flow",)
    for wrong in ({"input_dropout": 1.0}, {"shift": 5}, {"rate": 0.0}, {"streams": "triple"}):
        with pytest.raises(ModelError):
            PlusSettings.from_dict(wrong)


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_on_real_people_never_seen() -> None:
    """A short training, five folds of whole subjects: far above what flow networks as published reach (about .7)."""
    assert REAL is not None
    features = read_features(REAL / "megc2019_casme2_smic.npz")
    division = split("kfold", features.label, features.group)
    settings = PlusSettings(epochs=30, networks=1)
    held_out = predict_held_out(features, division.held_out, settings, 0, lambda _done, _total: None)
    assert score(features.label, held_out.argmax(1), features.classes)["uf1"] > 0.76
