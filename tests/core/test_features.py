"""Feature files: what is written is read, and each fault has its sentence."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from mer_core.cli import main
from mer_core.errors import FeatureError
from mer_core.features import DATASETS, check_trainable, read_features, write_features
from tests.core.toy import toy_features
from tests.real_data import REAL, REASON


@pytest.mark.parametrize("suffix", [".h5", ".npz"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    features = toy_features()
    path = tmp_path / f"features{suffix}"
    write_features(path, features)
    again = read_features(path)
    for name in DATASETS:
        np.testing.assert_array_equal(getattr(again, name), getattr(features, name))
    assert again.flow.dtype == np.float32
    assert again.apex.dtype == np.uint8
    assert (again.classes, again.attributes) == (features.classes, features.attributes)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".h5", ".npz"])
def test_frames_are_kept_where_there_are_any(tmp_path: Path, suffix: str) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (24, 10, 8, 8), dtype=np.uint8)
    path = tmp_path / f"features{suffix}"
    write_features(path, replace(toy_features(), frames=frames))
    again = read_features(path).frames
    assert again is not None
    assert again.dtype == np.uint8
    np.testing.assert_array_equal(again, frames)


def test_selection_keeps_rows_together() -> None:
    features = replace(toy_features(), frames=np.arange(24, dtype=np.uint8)[:, None, None, None] + np.zeros((2, 3, 3)))
    some = features.select(features.label == 2)
    assert some.class_counts == {"negative": 0, "positive": 0, "surprise": 8}
    assert some.frames is not None
    for row, index in enumerate(np.flatnonzero(features.label == 2)):
        assert some.clip[row] == features.clip[index]
        assert (some.frames[row] == index).all()
        np.testing.assert_array_equal(some.flow[row], features.flow[index])


def test_group_tells_equal_names_of_two_sets_apart() -> None:
    features = toy_features(subjects=2)
    features = replace(features, subject=np.array(["01"] * 12), dataset=np.array(["a"] * 6 + ["b"] * 6))
    assert len(set(features.group)) == 2
    check_trainable(features)


def _write(path: Path, **changes: np.ndarray | None) -> Path:
    features = toy_features()
    arrays = {name: getattr(features, name) for name in (*DATASETS, "apex")} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


FLOW = toy_features().flow


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"flow": None, "clip": None}, "lacks flow, clip"),
        ({"flow": FLOW[:, :20]}, r"'flow' must have the shape \(24, 28, 28, 3\)"),
        ({"flow": FLOW[:5]}, "'flow' must have the shape"),
        ({"apex": FLOW[..., 0][:3]}, "'apex' must have the shape"),
        ({"flow": np.where(np.arange(24)[:, None, None, None] == 7, np.nan, FLOW)}, r"not finite in 1 of 24.*c07"),
        ({"onset": FLOW[..., 0]}, "'onset' must have the shape of 'apex'"),
        ({"frames": FLOW[:3, None, ..., 0]}, "'frames' must have the shape"),
        ({"frames": np.array(["a"] * 24)}, "'frames' must hold numbers"),
        ({"label": np.full(24, 0.5)}, "one whole number a clip"),
        ({"label": np.arange(24) % 3 - 1}, "'label' reaches -1, but counts classes from 0"),
        ({"subject": np.array(["s"])}, "'subject' must have the shape"),
        ({"subject": np.array([b"\xff"] * 24)}, "'subject' holds text that is not UTF-8"),
        ({"clip": np.arange(24) == 2}, "'clip' must hold text"),
        ({"label": np.full(24, 10**12)}, "'label' reaches 1000000000000"),
        ({"flow": FLOW * 1e25}, r"'flow' has values beyond ±1,000,000 in 24 of 24 clips \(first: c00\)"),
        ({"flow": FLOW.astype(np.float64) * 1e300}, "not finite in 24 of 24"),
        ({"apex": np.zeros((24, 0, 32), np.uint8)}, "'apex' must have the shape"),
        ({"frames": np.zeros((24, 0, 32, 32), np.uint8)}, "'frames' must have the shape"),
        (
            {"apex": np.full((24, 8, 8), 0.5)},
            r"'apex' must hold whole numbers from 0 to 255, but holds 0\.5 .* 24 of 24",
        ),
        ({"apex": np.where(np.arange(24)[:, None, None] == 3, np.nan, np.ones((24, 8, 8)))}, r"nan .* 1 of 24.*c03"),
        ({"onset": np.full((24, 40, 40), 256)}, "'onset' must hold whole numbers from 0 to 255, but holds 256"),
        ({"frames": np.full((24, 2, 8, 8), -1)}, "'frames' must hold whole numbers from 0 to 255, but holds -1"),
        ({"attributes": np.array('{"x": NaN}')}, "'attributes' are not JSON"),
        ({"attributes": np.array('{"flow": 7}')}, "'flow' in its 'attributes' must be a JSON object"),
        ({"attributes": np.array('{"in_no_class": ["fear"]}')}, "'in_no_class' in its 'attributes' must be a JSON"),
        ({"attributes": np.array('{"in_no_class": {"fear": "2"}}')}, "'in_no_class' in its 'attributes' must count"),
        ({"attributes": np.array('{"classes": []}')}, "'classes' must be a list of names"),
        ({"attributes": np.array('{"classes": 5}')}, "'classes' must be a list of names, but is 5"),
        ({"attributes": np.array('{"classes": "abc"}')}, "'classes' must be a list of names, but is 'abc'"),
        ({"attributes": np.array('{"classes": ["a", 1, "b"]}')}, "'classes' must be a list of names"),
        ({"attributes": np.array('{"classes": ["a", "a", "a"]}')}, "each class must have a name of its own.*'a', 'a'"),
        ({"attributes": np.array('{"classes": ["a", "", "b"]}')}, "each class must have a name of its own"),
        ({"attributes": np.arange(3)}, "'attributes' must be one text"),
        ({"attributes": np.array(5)}, "'attributes' must be one text"),
        ({"attributes": np.array("[1]")}, "'attributes' must be one text, a JSON object"),
        ({"attributes": np.array("[" * 100_000)}, "'attributes' are not JSON"),
    ],
)
def test_faults_are_named(tmp_path: Path, changes: dict[str, np.ndarray | None], sentence: str) -> None:
    with pytest.raises(FeatureError, match=sentence):
        read_features(_write(tmp_path / "bad.npz", **changes))


def test_files_that_are_none(tmp_path: Path) -> None:
    for name in ("text.h5", "text.npz"):
        (tmp_path / name).write_text("not a feature file")
        with pytest.raises(FeatureError, match="cannot be read"):
            read_features(tmp_path / name)
    with pytest.raises(FeatureError, match="no feature file"):
        read_features(tmp_path / "absent.h5")
    (tmp_path / "table.csv").write_text("1,2")
    with pytest.raises(FeatureError, match=r"must end in \.h5"):
        read_features(tmp_path / "table.csv")


def test_whole_numbers_of_any_type_are_pictures(tmp_path: Path) -> None:
    apex = np.random.default_rng(0).integers(0, 256, (24, 8, 8))
    read = read_features(_write(tmp_path / "features.npz", apex=apex.astype(np.float64)))
    assert read.apex.dtype == np.uint8
    np.testing.assert_array_equal(read.apex, apex)


def test_one_array_is_no_feature_file(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.zeros(3))
    path = (tmp_path / "array.npy").rename(tmp_path / "array.npz")
    with pytest.raises(FeatureError, match=r"cannot be read as an \.npz file"):
        read_features(path)


def test_a_damaged_npz_is_read_or_refused_in_one_sentence(tmp_path: Path) -> None:
    """Any byte may be wrong: in the directory, in a header, in what is compressed."""
    path = tmp_path / "features.npz"
    write_features(path, toy_features(subjects=2, each=2))
    whole = path.read_bytes()
    refusals: list[str] = []
    places = {*range(0, len(whole), 211), *range(200), *range(len(whole) - 600, len(whole))}
    for place in sorted(places):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_features(path)
        except FeatureError as error:
            refusals.append(str(error))
    assert len(refusals) > len(places) / 2
    assert not any("\n" in refusal for refusal in refusals)


def test_an_h5_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "features.h5"
    with h5py.File(path, "w") as file:
        file.create_group("flow")
    with pytest.raises(FeatureError, match="'flow' must be an array, but is a group"):
        read_features(path)
    write_features(path, toy_features())
    with h5py.File(path, "r+") as file:
        file.attrs["attributes"] = np.arange(3)
    with pytest.raises(FeatureError, match="'attributes' must be one text"):
        read_features(path)
    with h5py.File(path, "r+") as file:
        del file.attrs["attributes"], file["subject"]
        file["subject"] = h5py.SoftLink("/nowhere")
    with pytest.raises(FeatureError, match="cannot be read as an HDF5 file"):
        read_features(path)


def test_h5_without_a_dataset(tmp_path: Path) -> None:
    path = tmp_path / "features.h5"
    write_features(path, toy_features())
    with h5py.File(path, "r+") as file:
        del file["label"]
    with pytest.raises(FeatureError, match="lacks label"):
        read_features(path)


def test_one_class_or_one_subject_cannot_be_learnt() -> None:
    features = toy_features()
    with pytest.raises(FeatureError, match=r"of one class \(positive\)"):
        check_trainable(replace(features, label=np.ones(24, np.int64)))
    with pytest.raises(FeatureError, match=r"of one subject \(x\)"):
        check_trainable(replace(features, subject=np.array(["x"] * 24)))


def test_nothing_is_written_where_it_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(FeatureError, match="must end in"):
        write_features(tmp_path / "features.txt", toy_features())
    with pytest.raises(FeatureError, match="cannot be written"):
        write_features(tmp_path / "absent" / "features.h5", toy_features())
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(REAL is None, reason=REASON)
def test_real_features_are_read() -> None:
    assert REAL is not None
    features = read_features(REAL / "megc2019_casme2_smic.npz")
    assert features.class_counts == {"negative": 158, "positive": 83, "surprise": 68}
    assert len(set(features.group)) == 40


def test_labels_that_are_whole_numbers_of_another_type_are_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "features.npz", label=toy_features().label.astype(float))
    assert read_features(path).label.tolist() == toy_features().label.tolist()
    path = _write(tmp_path / "features.npz", label=toy_features().label + 0.5)
    with pytest.raises(FeatureError, match="one whole number a clip"):
        read_features(path)


def _save(path: Path, **changes: np.ndarray) -> None:
    """A file as others write it, without attributes."""
    arrays: dict[str, Any] = {**toy_features().arrays, **changes}
    np.savez(path, **arrays)


def test_classes_without_names_have_no_gaps(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    _save(path, label=np.arange(24) % 5)
    assert read_features(path).classes == tuple(f"class {number}" for number in range(5))
    _save(path, label=2 * (np.arange(24) % 4))
    with pytest.raises(FeatureError, match="counts 7 classes without naming them, but no clip is of 1, 3, 5"):
        read_features(path)
    _save(path, label=2 * (np.arange(24) % 2))  # of MEGC 2019's three, one has no clip
    assert read_features(path).classes == ("negative", "positive", "surprise")


def test_python_objects_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "features.npz"
    _save(path, subject=toy_features().subject.astype(object))
    with pytest.raises(FeatureError, match="holds an array of Python objects"):
        read_features(path)


def test_without_faces_what_reads_the_flow_alone_is_judged_and_the_rest_says_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "flow.npz", apex=None)
    features = read_features(path)
    assert features.apex.shape == (24, 0, 0)
    write_features(tmp_path / "again.h5", features)
    assert read_features(tmp_path / "again.h5").apex.shape == (24, 0, 0)
    short = ["--seeds", "1", "--epochs", "1"]
    assert main(["evaluate", str(path), "--method", "mr-uamf-plus", *short]) == 0
    assert (
        main(["evaluate", str(path), "--method", "mr-uamf", "--image", "none", "--T", "1", "--T-s", "0", *short]) == 0
    )
    capsys.readouterr()
    for method in ("mr-uamf", "macnn"):
        assert main(["evaluate", str(path), "--method", method, "--seeds", "1"]) == 1
        assert f"The method '{method}' reads 'apex', which these features do not hold" in capsys.readouterr().err
    assert main(["train", str(path), "--method", "mr-uamf", "--out", str(tmp_path / "run")]) == 1
    assert "The method 'mr-uamf' reads 'apex'" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
