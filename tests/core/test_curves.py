"""A project's kept curves: found again, told apart by what they depend on, made anew where damaged; the command."""

import json
import shutil
from pathlib import Path

import pytest

from mer_core.cli import main
from mer_core.clips import open_clip
from mer_core.errors import Cancelled
from mer_core.project import FILE_NAME
from mer_core.project import curves as curves_module
from mer_core.project.curves import FOLDER, spotted


@pytest.fixture(scope="module")
def project(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, with one of its clips only."""
    folder = tmp_path_factory.mktemp("curves") / "project"
    folder.mkdir()
    shutil.copy(small_sample / FILE_NAME, folder / FILE_NAME)
    shutil.copytree(small_sample / "clips" / "sub01" / "EP01_01", folder / "clips" / "sub01" / "EP01_01")
    return folder


def test_a_curve_is_kept_and_read_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_clip(project / "clips" / "sub01" / "EP01_01", 200.0) as clip:

        def give_up(_done: int, _total: int, _text: str) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            spotted(clip, project, progress=give_up)
        assert not (project / FOLDER).exists()

        found = spotted(clip, project)
        (file,) = (project / FOLDER).iterdir()
        monkeypatch.setattr(curves_module, "spot", give_up)
        again = spotted(clip, project)
        assert again.suggestions == found.suggestions
        assert list(again.curve.values) == list(found.curve.values)
        assert (again.curve.whole == found.curve.whole).all()
        # It is looked for anew, by what stands in for `spot` here, where another face is meant, and where it is torn.
        with pytest.raises(TypeError):
            spotted(clip, project, "whole frame")
        file.write_bytes(file.read_bytes()[:500])
        with pytest.raises(TypeError):
            spotted(clip, project)


def test_the_command_says_the_same_in_the_sources_numbers(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = project / "clips" / "sub01" / "EP01_01"
    out = tmp_path / "out.json"
    assert main(["spot", str(path), "--fps", "200", "--project", str(project), "--json", str(out)]) == 0
    (result,) = json.loads(out.read_text(encoding="utf-8"))
    with open_clip(path, 200.0) as clip:
        found = spotted(clip, project)
        numbers = [int(number) for number in clip.numbers]
    assert result["frames"] == numbers
    assert [each["apex"] for each in result["suggestions"]] == [numbers[each.apex] for each in found.suggestions]
    assert str(numbers[found.suggestions[0].apex]) in capsys.readouterr().out
    assert main(["spot", str(path), "--json", str(tmp_path / "no" / "out.json")]) == 1
    assert "make its folder first" in capsys.readouterr().err
