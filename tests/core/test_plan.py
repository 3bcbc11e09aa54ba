"""Which clips are learnt from and tested on; and each bad wish answered in one sentence."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.annotation.label_maps import MEGC, OWN, label_map
from mer_core.errors import FeatureError, MerError
from mer_core.evaluation.notes import missing_in_training
from mer_core.evaluation.plan import Plan, apply_plan
from mer_core.evaluation.saved_splits import read_split, write_split
from mer_core.features import FeatureSet
from tests.core.toy import toy_features


def _two_sets() -> FeatureSet:
    """Subjects s00 and s01 of each of two sets, three of set c; s00 of two sets are two people."""
    toy = toy_features(subjects=7, each=6)
    dataset = np.repeat(["a", "b", "c"], [12, 12, 18])
    subject = np.repeat(["s00", "s01", "s00", "s01", "s00", "s01", "s02"], 6)
    return replace(toy, dataset=dataset, subject=subject)


def test_cross_learns_from_some_sets_and_tests_on_others() -> None:
    features, division = apply_plan(_two_sets(), Plan("cross", train=("a",), test=("c",)))
    assert set(features.dataset) == {"a", "c"}  # set b takes no part
    assert division.held_out.shape == (1, 30)
    assert set(features.dataset[division.held_out[0]]) == {"c"}
    assert set(features.dataset[~division.held_out[0]]) == {"a"}


def test_composite_leaves_out_people_not_subject_numbers() -> None:
    _, division = apply_plan(_two_sets(), Plan("composite", label_map=MEGC))
    assert division.held_out.shape == (7, 42)
    assert (division.held_out.sum(axis=1) == 6).all()


def test_only_some_data_sets() -> None:
    features, division = apply_plan(_two_sets(), Plan(datasets=("c",)))
    assert set(features.dataset) == {"c"}
    assert len(division.held_out) == 3


def test_emotions_become_three_classes() -> None:
    toy = toy_features(subjects=2, each=12)
    names = ("tense", "happiness", "disgust", "surprise")
    features = replace(toy, label=np.arange(24) % 4, classes=names)
    three, _ = apply_plan(features, Plan(label_map=MEGC))
    assert three.classes == ("negative", "positive", "surprise")
    assert three.class_counts == {"negative": 6, "positive": 6, "surprise": 6}
    assert set(three.clip) == set(features.clip[features.label > 0])
    own, _ = apply_plan(features, Plan())
    assert own.classes == names


def test_saved_split_is_read_back_for_clips_in_another_order(tmp_path: Path) -> None:
    path, features = tmp_path / "split.json", _two_sets()
    _, division = apply_plan(features, Plan("kfold", folds=3, split_seed=5))
    write_split(path, features, division)
    order = np.random.default_rng(0).permutation(len(features))
    shuffled, again = apply_plan(features.select(order), Plan(saved=path))
    np.testing.assert_array_equal(again.held_out, division.held_out[:, order])
    assert again.protocol.name == "kfold"
    assert len(shuffled) == len(features)


def test_saved_split_of_a_clip_with_several_expressions(tmp_path: Path) -> None:
    path, toy = tmp_path / "split.json", toy_features(subjects=4, each=6)
    features = replace(toy, clip=np.array(["one"] * 24))
    _, division = apply_plan(features, Plan("sample-kfold", folds=3))
    write_split(path, features, division)
    np.testing.assert_array_equal(read_split(path, features).held_out, division.held_out)


def test_saved_split_that_does_not_fit(tmp_path: Path) -> None:
    path, features = tmp_path / "split.json", _two_sets()
    _, division = apply_plan(features, Plan())
    write_split(path, features, division)
    renamed = np.where(features.dataset == "b", "x", features.subject)
    with pytest.raises(FeatureError, match="no fold for b/x/c12 and 11 more"):
        read_split(path, replace(features, subject=renamed))
    with pytest.raises(FeatureError, match="features lack"):
        read_split(path, features.select(features.dataset != "c"))
    content = json.loads(path.read_text())
    content["clips"][0][3] = 1
    path.write_text(json.dumps(content))
    with pytest.raises(FeatureError, match="a/s00 on both sides"):
        read_split(path, features)
    write_split(path, features, apply_plan(features, Plan("kfold", folds=3))[1])
    content = json.loads(path.read_text())
    for name, wrong in (("loso", "leave out each subject"), ("cross", "whole data sets"), ("holdout", "several folds")):
        path.write_text(json.dumps({**content, "protocol": name}))
        with pytest.raises(FeatureError, match=f"calls itself {name}, but .*{wrong}"):
            read_split(path, features)
    for folds in (0, 10**30):
        path.write_text(json.dumps({**content, "folds": folds}))
        with pytest.raises(FeatureError, match="not a split"):
            read_split(path, features)
    for text, said in (
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "not a split"),
        ('{"format": "mer-split-1"}', "not a split"),
    ):
        path.write_text(text)
        with pytest.raises(FeatureError, match=said):
            read_split(path, features)
    with pytest.raises(FeatureError, match="cannot be read"):
        read_split(tmp_path / "absent.json", features)
    with pytest.raises(FeatureError, match="cannot be written"):
        write_split(tmp_path / "absent" / "x.json", features, division)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan("cross"), "--train A,B --test C"),
        (Plan("cross", train=("a",), test=("a", "b")), "both learnt from and tested on"),
        (Plan("cross", train=("a",), test=("samm",)), "no data set samm in the features: they hold a, b, c"),
        (Plan("loso", train=("a",)), "belong to the protocol 'cross'"),
        (Plan(datasets=("a", "z")), "no data set z"),
        (Plan("composite", datasets=("a",)), "all clips are of a"),
        (Plan("guess"), "is unknown"),
        (Plan(folds=3), "'loso' has folds of its own: leave --folds out, or take --protocol kfold or"),
        (Plan("holdout", folds=3), "'holdout' has folds of its own"),
        (Plan("cross", folds=3, train=("a",), test=("b",)), "'cross' has folds of its own"),
        (Plan("kfold", split_seed=-1), "--split-seed is -1, but must be at least 0"),
        (Plan("loso", split_seed=1), "draws nothing at random: leave --split-seed out"),
        (Plan("composite", label_map=label_map("casme2-five")), "three classes, not of CASME II, five classes"),
        (Plan("composite", label_map=OWN), "three classes, not of the data set's own classes"),
        (Plan("kfold", saved=Path("x.json")), "leave --protocol or --split out"),
        (Plan(folds=4, saved=Path("x.json")), "leave --folds or --split out"),
        (Plan(split_seed=0, saved=Path("x.json")), "leave --split-seed or --split out"),
        (Plan(train=("a",), saved=Path("x.json")), "leave --train or --split out"),
        (Plan("kfold", folds=1), "at least two folds"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_sentence(plan: Plan, said: str) -> None:
    with pytest.raises(MerError, match=said) as raised:
        apply_plan(_two_sets(), plan)
    assert "\n" not in str(raised.value)


def _hostile() -> dict[str, tuple[FeatureSet, str]]:
    toy = toy_features(subjects=3, each=6)
    holes = toy.flow.copy()
    holes[4, 3, 3, 0] = np.nan
    lonely = np.where(np.arange(18) < 6, 0, 1)  # class 0 is one subject's alone: without them there is one class
    return {
        "NaN": (replace(toy, flow=holes), "not finite in 1 of 18 clips"),
        "one class only": (replace(toy, label=np.zeros(18, int)), "of one class"),
        "one subject only": (replace(toy, subject=np.full(18, "s00")), "at least two subjects"),
        "no two classes left in training": (replace(toy, label=lonely), "not two classes left to learn from"),
        "two clips": (toy.select(np.array([0, 7])), "not two classes left to learn from"),
        "wrong shape": (replace(toy, flow=toy.flow[:, :20]), "'flow' must have the shape"),
        "too few labels": (replace(toy, label=toy.label[:5]), "'flow' must have the shape"),
        "too few subjects": (replace(toy, subject=toy.subject[:5]), "'subject' must have the shape"),
        "label out of range": (replace(toy, label=toy.label + 7), "'label' must lie in 0..2"),
        "no class of the three": (replace(toy, classes=("x", "y", "z")), "None of the classes x, y, z"),
    }


@pytest.mark.parametrize("name", list(_hostile()))
def test_hostile_features_are_answered_in_a_sentence(name: str) -> None:
    features, said = _hostile()[name]
    plan = Plan(label_map=MEGC) if name == "no class of the three" else Plan()
    with pytest.raises(FeatureError, match=said) as raised:
        apply_plan(features, plan)
    assert "\n" not in str(raised.value)


def test_a_class_missing_in_training_is_said_and_no_error() -> None:
    toy = toy_features(subjects=3, each=6)
    label = np.where(toy.label == 2, 0, toy.label)
    label[:2] = 2  # class 2 is the first subject's alone; two classes are left without them
    features, division = apply_plan(replace(toy, label=label), Plan())
    assert missing_in_training(features, division) == [
        "Fold 1 is tested on surprise, of which it has no clip to learn from."
    ]
