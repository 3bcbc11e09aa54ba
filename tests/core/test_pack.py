"""A project in one archive: opened elsewhere it is the same, clips and all; what is damaged or unsafe is not opened."""

import hashlib
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.cli import main
from mer_core.clips import open_clip
from mer_core.errors import Cancelled, ExportError
from mer_core.export.coding import project_coding
from mer_core.export.pack import MANIFEST, pack_losses, pack_project
from mer_core.export.unpack import unpack_project
from mer_core.project import Change, Project
from tests.core.coded_project import coded_project


@pytest.fixture(scope="module")
def folder(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coded project; two of its clips lie outside of it, under one name; it has a run and a feature cache."""
    home = tmp_path_factory.mktemp("pack")
    folder = coded_project(small_sample, home / "project")
    with Project.open(folder) as project:
        for clip_id, place in ((3, home / "a" / "data"), (12, home / "b" / "data")):
            clip = project.clip(clip_id)
            place.mkdir(parents=True)
            shutil.move(folder / clip.path, place / "EP01_03")
            moved = replace(clip, path=project.stored_path(place / "EP01_03"))
            project.apply(Change(clip, moved), "test", "Move")
    (folder / "runs" / "one").mkdir(parents=True)
    (folder / "runs" / "one" / "card.json").write_text("{}")
    (folder / "features.h5").write_bytes(b"a cache")
    return folder


@pytest.fixture(scope="module")
def archive(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "packed.merproject"
    packed = pack_project(folder, path)
    assert (packed.clips, packed.absent) == (12, ())
    assert packed.size == path.stat().st_size
    return path


def annotations(folder: Path) -> list[object]:
    with Project.open(folder) as project:
        return list(project.annotations())


def test_opened_elsewhere_it_is_the_same(folder: Path, archive: Path, tmp_path: Path) -> None:
    there = unpack_project(archive, tmp_path / "there")
    assert annotations(there) == annotations(folder)
    old, new = project_coding(folder), project_coding(there)
    for before, after in zip(old.clips, new.clips, strict=True):
        assert there.resolve() in after.path.resolve().parents
        assert after.record.fingerprint == before.record.fingerprint
        assert after.numbers == before.numbers
    with open_clip(old.clips[2].path) as before_clip, open_clip(new.clips[2].path) as after_clip:
        np.testing.assert_array_equal(before_clip.read(7), after_clip.read(7))
    assert (there / "runs" / "one" / "card.json").read_text() == "{}"
    assert not (there / "features.h5").exists()
    with Project.open(folder) as project:
        assert project.clip(3).path.startswith("../a")  # the project that was packed is as it was
    with Project.open(there) as project:
        assert project.history(3)[-1][2].startswith("Pack the project")


def test_without_clips_it_is_small_and_says_so(folder: Path, tmp_path: Path) -> None:
    packed = pack_project(folder, tmp_path / "labels.zip", clips=False)
    assert packed.files == 2
    assert packed.size < 200_000
    there = unpack_project(tmp_path / "labels.zip", tmp_path / "there")
    assert annotations(there) == annotations(folder)
    assert any("must be found again" in each for each in pack_losses(folder, clips=False))


def test_a_clip_that_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(folder, copy)
    with Project.open(copy) as project:
        place = project.full_path(project.clip(5))
    shutil.rmtree(place)
    assert any("EP01_02" in each for each in pack_losses(copy, clips=True))
    packed = pack_project(copy, tmp_path / "packed.merproject")
    assert "EP01_02" in packed.absent  # beside the two whose relative places lead nowhere from the copy


def _again(archive: Path, out: Path, change: Callable[[dict[str, bytes], dict], None], mode: int = 0) -> Path:
    """The archive with its files and manifest changed."""
    with zipfile.ZipFile(archive) as source:
        files = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(files.pop(MANIFEST))
    change(files, manifest)
    with zipfile.ZipFile(out, "w") as target:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode if name.endswith("extra") else stat.S_IFREG | 0o644) << 16
            target.writestr(info, content)
        target.writestr(MANIFEST, json.dumps(manifest))
    return out


def _with(name: str) -> Callable[[dict[str, bytes], dict], None]:
    """Adds a file of that name, properly listed."""

    def change(files: dict[str, bytes], manifest: dict) -> None:
        files[name] = b"gotcha"
        digest = hashlib.sha256(b"gotcha").hexdigest()
        manifest["files"].append({"name": name, "size": 6, "sha256": digest})

    return change


@pytest.fixture(scope="module")
def small(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "labels.merproject"
    pack_project(folder, path, clips=False)
    return path


@pytest.mark.parametrize(
    "name",
    ["project/../../evil", "/etc/evil", "../evil", "project/a/../../../evil", "C:/evil", "project\\..\\evil", "evil"],
)
def test_nothing_comes_to_lie_outside(small: Path, tmp_path: Path, name: str) -> None:
    bad = _again(small, tmp_path / "bad.zip", _with(name))
    (tmp_path / "in").mkdir()
    with pytest.raises(ExportError, match="outside of the project"):
        unpack_project(bad, tmp_path / "in" / "there")
    assert not list((tmp_path / "in").iterdir())
    assert not list(tmp_path.rglob("evil"))


def test_links_are_not_followed_out(small: Path, tmp_path: Path) -> None:
    bad = _again(small, tmp_path / "bad.zip", _with("project/extra"), stat.S_IFLNK | 0o777)
    with pytest.raises(ExportError, match="outside of the project"):
        unpack_project(bad, tmp_path / "there")


def _hidden(files: dict[str, bytes], _manifest: dict) -> None:
    files["project/hidden"] = b"x"


def _changed(files: dict[str, bytes], _manifest: dict) -> None:
    name = "project/runs/one/card.json"
    files[name] = b"[]"


def _grown(files: dict[str, bytes], _manifest: dict) -> None:
    files["project/runs/one/card.json"] = bytes(10_000_000)


def _newer(_files: dict[str, bytes], manifest: dict) -> None:
    manifest["version"] = 2


def _foreign(_files: dict[str, bytes], manifest: dict) -> None:
    manifest["format"] = "other"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_hidden, "does not hold the files its manifest names"),
        (_changed, "is not what was packed"),
        (_grown, "not of the size"),
        (_newer, "newer MER Studio"),
        (_foreign, "not a packed project"),
    ],
)
def test_damage_and_strangers_are_said(
    small: Path, tmp_path: Path, change: Callable[[dict[str, bytes], dict], None], sentence: str
) -> None:
    bad = _again(small, tmp_path / "bad.zip", change)
    with pytest.raises(ExportError, match=sentence):
        unpack_project(bad, tmp_path / "there")
    assert [item.name for item in tmp_path.iterdir() if item.name != "home"] == ["bad.zip"]


def test_torn_archives_are_said(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    middle = len(content) // 2
    for damaged in (b"", b"no zip", content[:middle], content[:middle] + bytes(5000) + content[middle + 5000 :]):
        (tmp_path / "bad.merproject").write_bytes(damaged)
        with pytest.raises(ExportError, match="damaged"):
            unpack_project(tmp_path / "bad.merproject", tmp_path / "there")
    with pytest.raises(ExportError, match="no archive"):
        unpack_project(tmp_path / "gone.merproject", tmp_path / "there")
    assert not (tmp_path / "there").exists()
    assert not list(tmp_path.glob(".partial*"))


def test_cancelling_leaves_nothing(folder: Path, archive: Path, tmp_path: Path) -> None:
    def cancel(*about: object) -> None:
        if about[0] > 1500:  # type: ignore[operator]
            raise Cancelled

    with pytest.raises(Cancelled):
        pack_project(folder, tmp_path / "out.merproject", cancel)
    with pytest.raises(Cancelled):
        unpack_project(archive, tmp_path / "there", cancel)
    assert [item.name for item in tmp_path.iterdir() if item.name != "home"] == []


def test_bad_places_are_said(folder: Path, archive: Path, tmp_path: Path) -> None:
    with Project.open(folder) as project:
        clip = project.full_path(project.clip(4))
    with pytest.raises(ExportError, match="lies in the clip"):
        pack_project(folder, clip / "out.merproject")
    with pytest.raises(ExportError, match=r"end in \.merproject"):
        pack_project(folder, tmp_path / "out.tar")
    with pytest.raises(ExportError, match="not empty"):
        unpack_project(archive, folder)


def test_commands(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "packed.merproject"
    assert main(["export", str(folder), str(archive), "--format", "pack", "--no-clips"]) == 0
    assert "must be found again" in capsys.readouterr().out
    assert main(["unpack", str(archive), str(tmp_path / "there")]) == 0
    assert annotations(tmp_path / "there") == annotations(folder)
    assert main(["unpack", str(archive), str(tmp_path / "there")]) == 1
