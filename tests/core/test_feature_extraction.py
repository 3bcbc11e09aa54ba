"""A project's features: as many processes as wanted, nothing measured twice, nothing lost by a kill."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from mer_core.cli import main
from mer_core.errors import Cancelled, ClipError, FeatureError
from mer_core.features import FeatureSet, read_features
from mer_core.flow import FlowSettings
from mer_core.project import Change, Project
from mer_core.project.feature_cache import FILE_NAME, PARTS, FeatureCache, feature_key
from mer_core.project.features import project_features

ABOUT = {"content": "c" * 32, "frames": (3, 9), "settings": {"method": "dis"}}


class Watch:
    """A progress callback that counts the clips measured."""

    def __init__(self, cancel_after: int = 1000) -> None:
        self.texts: list[str] = []
        self._cancel_after = cancel_after

    def __call__(self, done: int, total: int, text: str) -> None:
        assert 0 <= done <= total
        self.texts.append(text)
        if self.finished >= self._cancel_after:
            raise Cancelled

    @property
    def finished(self) -> int:
        counts = [text.split("(")[1].split(" of ")[0] for text in self.texts if text.startswith("Measuring ")]
        return max(map(int, counts), default=0)


@pytest.fixture(scope="module")
def unmeasured(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of five labelled clips, one of them a video."""
    copy = tmp_path_factory.mktemp("features") / "project"
    shutil.copytree(small_sample, copy)
    with Project.open(copy) as project:
        others = [each for each in project.annotations() if each.clip not in {3, 4, 5, 8, 12}]
        project.apply([Change(each, None) for each in others], "test", "Leave few")
    return copy


@pytest.fixture(scope="module")
def alone(unmeasured: Path) -> tuple[Path, FeatureSet]:
    """That project measured by one process, and its features."""
    copy = unmeasured.with_name("measured")
    shutil.copytree(unmeasured, copy)
    features = project_features(copy, watch := Watch())
    assert watch.finished == 5
    return copy, features


@pytest.fixture
def folder(unmeasured: Path, tmp_path: Path) -> Path:
    """The unmeasured project, to write into."""
    return Path(shutil.copytree(unmeasured, tmp_path / "project"))


@pytest.fixture
def measured(alone: tuple[Path, FeatureSet], tmp_path: Path) -> Path:
    """The measured project, to write into."""
    return Path(shutil.copytree(alone[0], tmp_path / "measured"))


def rows(folder: Path) -> int:
    with h5py.File(folder / FILE_NAME) as file:
        return len(file["flow/key"])


def test_two_processes_give_what_one_gives(folder: Path, alone: tuple[Path, FeatureSet]) -> None:
    one = alone[1]
    two = project_features(folder, watch := Watch(), jobs=2)
    assert watch.finished == 5
    assert any("left)" in text for text in watch.texts)
    assert not multiprocessing.active_children()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(two.arrays[name], array)


def test_a_moved_apex_is_one_row(measured: Path) -> None:
    folder = measured
    with Project.open(folder) as project:
        (old,) = project.annotations(4)
        moved = replace(old, marks=old.marks.moved("apex", (old.marks.apex or 0) + 1))
        project.apply(Change(old, moved), "anna", "Move apex")
    project_features(folder, watch := Watch())
    assert watch.finished == 1
    assert rows(folder) == 6
    with Project.open(folder) as project:
        project.apply(Change(moved, replace(moved, emotion="surprise")), "anna", "Change emotion")
    project_features(folder, watch := Watch())
    assert watch.finished == 0  # a label is no measurement
    project_features(folder, watch := Watch(), FlowSettings(method="farneback", size=112))
    assert watch.finished == 5
    project_features(folder, watch := Watch())
    assert watch.finished == 0  # the other settings' rows are still there


def test_a_kill_costs_the_clips_in_flight(folder: Path) -> None:
    command = [sys.executable, "-m", "mer_core", "features", str(folder), "--jobs", "2", "--json-lines"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            text = json.loads(line)["text"]
            if text.startswith("Measuring ") and int(text.split("(")[1].split(" of ")[0]) >= 2:
                os.kill(process.pid, signal.SIGKILL)
                break
        process.stdout.read()  # ends when the workers, who hold its other end, have ended too
    kept = len(list((folder / PARTS).glob("*.npz")))
    assert kept >= 2
    project_features(folder, watch := Watch(), jobs=2)
    assert watch.finished == 5 - kept
    assert rows(folder) == 5
    assert not (folder / PARTS).exists()
    assert not list(folder.glob(".partial*"))


def test_cancelling_keeps_what_was_measured(folder: Path) -> None:
    with pytest.raises(Cancelled):
        project_features(folder, Watch(cancel_after=3), jobs=2)
    assert not multiprocessing.active_children()
    assert rows(folder) >= 3
    project_features(folder, watch := Watch())
    assert watch.finished <= 2


def test_a_clip_that_cannot_be_read_costs_no_other(folder: Path) -> None:
    with Project.open(folder) as project:
        gone, damaged = project.full_path(project.clip(4)), project.full_path(project.clip(5))
    shutil.rmtree(gone)
    for picture in damaged.iterdir():
        picture.write_bytes(picture.read_bytes()[:500])
    with pytest.raises(ClipError, match=r"no file or folder .*2 clips in all; the rest is measured and kept"):
        project_features(folder)
    assert rows(folder) == 3


@pytest.mark.parametrize("damage", ["cut", "row", "old"])
def test_a_damaged_cache_is_made_anew(measured: Path, alone: tuple[Path, FeatureSet], damage: str) -> None:
    before = alone[1]
    cache = measured / FILE_NAME
    content = cache.read_bytes()
    if damage == "cut":
        cache.write_bytes(content[: len(content) // 2])
    elif damage == "old":
        with h5py.File(cache, "r+") as file:
            file.attrs["version"] = 1
    else:
        with h5py.File(cache) as file:
            place = file["flow/flow"].id.get_chunk_info(2).byte_offset
        cache.write_bytes(content[:place] + bytes(200) + content[place + 200 :])
    again = project_features(measured, watch := Watch())
    assert watch.finished == (1 if damage == "row" else 5)
    np.testing.assert_array_equal(again.flow, before.flow)
    np.testing.assert_array_equal(again.apex, before.apex)
    project_features(measured, watch := Watch())
    assert watch.finished == 0


def test_rows_wait_outside_the_file_until_it_is_closed(tmp_path: Path) -> None:
    cube, apex = np.ones((28, 28, 3), np.float32), np.full((112, 112), 7, np.uint8)
    with FeatureCache(tmp_path) as cache:
        cache.add(key := feature_key(ABOUT), cube, apex, apex, ABOUT)
        assert not (tmp_path / FILE_NAME).exists()
        found = cache.find(key)
        assert found is not None
        np.testing.assert_array_equal(found[1], apex)
        assert cache.find_frames(key) is None
    with h5py.File(tmp_path / FILE_NAME) as file:
        assert file.attrs["format"] == "MER Studio feature cache"
        assert (file["flow/first"][0], file["flow/last"][0]) == (3, 9)
        assert json.loads(file["settings"].asstr()[file["flow/settings"][0]]) == ABOUT["settings"]
    (tmp_path / PARTS).mkdir()
    (tmp_path / PARTS / f"{'0' * 64}.npz").write_bytes(b"torn by a kill")
    with FeatureCache(tmp_path) as cache:
        assert cache.find("0" * 64) is None
        assert cache.find(key) is not None


def test_nothing_is_lost_where_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cube, apex = np.ones((28, 28, 3), np.float32), np.full((112, 112), 7, np.uint8)
    cache = FeatureCache(tmp_path)
    cache.add(key := feature_key(ABOUT), cube, apex, apex, ABOUT)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FeatureError, match="what was measured is kept"):
        cache.close()
    monkeypatch.undo()
    with FeatureCache(tmp_path) as cache:
        assert cache.find(key) is not None


def test_the_command_takes_every_flow_setting(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "features.h5"
    options = ["--flow", "farneback", "--smoothing", "2", "--size", "112", "--no-remove-head-motion", "--jobs", "1"]
    assert main(["features", str(folder), str(out), *options]) == 0
    assert "5 clips of 4 subjects" in (said := capsys.readouterr().out)
    assert "bytes a clip" in said
    flow = read_features(out).attributes["flow"]
    assert {**FlowSettings("farneback", 2.0, 112, False).to_dict()} == flow
    assert main(["features", str(folder), str(folder / "clips" / "sub01" / "EP01_03" / "out.h5")]) == 1
    assert "lies in the clip EP01_03" in capsys.readouterr().err
    assert main(["export", str(folder), str(tmp_path / "again.npz"), "--format", "features"]) == 0
    assert read_features(tmp_path / "again.npz").attributes["flow"] == FlowSettings().to_dict()
    assert main(["features", str(folder), "--jobs", "0"]) == 1
    assert main(["features", str(folder), "--size", "3"]) == 1
    assert "choose 56 to 2048" in capsys.readouterr().err
