"""Label maps are data: those that ship, a project's own, and what commands make of them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.annotation import Annotation, Marks
from mer_core.annotation.label_maps import FOLDER, MEGC, OWN, class_among, label_map, label_maps, read_label_map
from mer_core.cli import main
from mer_core.errors import MerError
from mer_core.evaluation.plan import Plan, apply_plan
from mer_core.features import read_features
from mer_core.project import Change, ClipRecord, Project
from mer_core.project.training_set import training_set
from tests.core.toy import toy_features


def own_map(folder: Path, **changes: object) -> Path:
    values = {
        "name": "lab",
        "version": 3,
        "classes": ["good", "bad"],
        "words": {"happiness": "good", "Anger": "bad", "fear": "bad"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.json").write_text(json.dumps({**values, **changes}), encoding="utf-8")
    return folder / "lab.json"


def test_the_maps_that_ship_are_named_and_versioned() -> None:
    maps = label_maps()
    assert list(maps) == ["own", "casme2-five", "megc2019", "samm-five"]
    assert all(one.version >= 1 and one.title for one in maps.values())
    assert maps["casme2-five"].class_of("others") == "others"
    assert maps["casme2-five"].class_of("fear") is None
    assert MEGC.said() == {"name": "megc2019", "title": "MEGC 2019, three classes", "version": 1}


def test_several_words_are_of_a_class_where_all_are() -> None:
    assert MEGC.class_of("negative & repression") == "negative"
    assert MEGC.class_of("positive & surprise") is None
    assert OWN.class_of("Tense ") == "tense"
    assert OWN.class_of("") is None
    assert class_among("fear", ("fear", "others")) == "fear"
    assert class_among("fear", ("negative", "positive", "surprise")) == "negative"
    assert class_among("tense", ("negative", "positive", "surprise")) is None
    assert OWN.classes_for(["zeal", "others", "fear", ""]) == ("fear", "others", "zeal")


def test_a_project_can_hold_its_own(tmp_path: Path) -> None:
    own_map(tmp_path / FOLDER)
    assert label_map("lab", tmp_path).class_of("anger") == "bad"
    assert label_map(str(tmp_path / FOLDER / "lab.json")).version == 3
    with pytest.raises(MerError, match="no label map “lab”: choose one of own"):
        label_map("lab")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"classes": ["good"]}, "at least two classes"),
        ({"words": {"fear": "ugly"}}, "puts words into “ugly”"),
        ({"version": "new"}, "is no label map"),
        ({"words": ["fear"]}, "is no label map"),
    ],
)
def test_a_file_that_is_no_label_map_is_refused(tmp_path: Path, changes: dict[str, object], match: str) -> None:
    with pytest.raises(MerError, match=match):
        read_label_map(own_map(tmp_path, **changes))


def test_a_project_is_learnt_from_by_any_map(tmp_path: Path) -> None:
    emotions = ("disgust", "happiness", "others", "fear", "surprise", "tense")
    with Project.create(tmp_path / "P") as project:
        for number, emotion in enumerate(emotions, 1):
            clip = ClipRecord(number, f"c{number}", "lab", f"s{number}", 200, 30)
            said = Annotation(number, 1, "anna", Marks(1, 5, 9), emotion)
            project.apply([Change(None, clip), Change(None, said)], "anna", "edit")
        three = training_set(project, "anna")
        assert three.class_counts == {"negative": 2, "positive": 1, "surprise": 1}
        own = training_set(project, "anna", OWN)
        assert own.classes == ("happiness", "surprise", "disgust", "fear", "tense", "others")
        assert own.left_out == ()
        five = training_set(project, "anna", label_map("casme2-five"))
        assert ("c4", "“fear” belongs to no class of CASME II, five classes") in five.left_out


def test_a_project_is_judged_by_its_own_words_or_by_three_classes(
    small_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "sample"
    shutil.copytree(small_sample, sample)
    with Project.open(sample) as project:
        words = {each.emotion for each in project.annotations(coder=project.coder)}
    own, three = tmp_path / "own.h5", tmp_path / "three.h5"
    assert main(["features", str(sample), str(own), "--classes", "own", "--jobs", "1"]) == 0
    assert main(["features", str(sample), str(three), "--jobs", "1"]) == 0
    assert set(read_features(own).classes) == words
    assert read_features(own).attributes["label_map"]["name"] == "own"
    assert read_features(three).classes == ("negative", "positive", "surprise")
    assert read_features(three).attributes["label_map"] == MEGC.said()
    result = tmp_path / "result.json"
    common = ["--method", "hoof", "--protocol", "kfold", "--folds", "2", "--seeds", "1", "--json", str(result)]
    for options, name in ((["--classes", "own"], "own"), (["--label-map", "megc2019"], "megc2019")):
        assert main(["evaluate", str(sample), *options, *common]) == 0
        said = json.loads(result.read_text(encoding="utf-8"))
        assert said["features"]["label_map"]["name"] == name
        assert set(said["classes"]) == (words if name == "own" else {"negative", "positive", "surprise"})
    capsys.readouterr()
    assert main(["evaluate", str(sample), "--classes", "own", "--label-map", "own", *common]) == 1
    assert "give one of them" in capsys.readouterr().err


def test_a_feature_files_words_become_classes_and_the_result_says_which() -> None:
    toy = toy_features(subjects=2, each=12)
    features = replace(toy, label=np.arange(24) % 4, classes=("tense", "happiness", "disgust", "others"))
    five, _ = apply_plan(features, Plan(label_map=label_map("casme2-five")))
    assert five.class_counts == {"happiness": 6, "disgust": 6, "repression": 0, "surprise": 0, "others": 6}
    assert five.attributes["label_map"]["name"] == "casme2-five"
