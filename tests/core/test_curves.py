"""A project's kept curves: found again, told apart by what they depend on, made anew where damaged; the command."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mer_core.cli import main
from mer_core.clips import Clip, open_clip
from mer_core.errors import Cancelled
from mer_core.faces import FaceChoice
from mer_core.progress import Progress, silent
from mer_core.project import FILE_NAME
from mer_core.project import curves as curves_module
from mer_core.project.curves import FOLDER, spotted
from mer_core.spotting import search as search_module
from mer_core.spotting.search import Spotting


@pytest.fixture(scope="module")
def project(small_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, with one of its clips only."""
    folder = tmp_path_factory.mktemp("curves") / "project"
    folder.mkdir()
    shutil.copy(small_sample / FILE_NAME, folder / FILE_NAME)
    shutil.copytree(small_sample / "clips" / "sub01" / "EP01_01", folder / "clips" / "sub01" / "EP01_01")
    return folder


class Search:
    """Stands in for `spot`: counts how often it is asked, and finds what was found before."""

    def __init__(self, found: Spotting) -> None:
        self.found, self.choices = found, list[FaceChoice | None]()

    def __call__(
        self,
        _clip: Clip,
        _progress: Progress,
        *,
        choice: FaceChoice | None,
        begun: Spotting | None,
        keep: Callable[[Spotting], None],
    ) -> Spotting:
        assert begun is None
        self.choices.append(choice)
        keep(self.found)
        return self.found


@pytest.fixture
def kept(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Clip, Path, Search]]:
    """A clip, a project's folder in which its curve is kept, and what counts further searches."""
    with open_clip(project / "clips" / "sub01" / "EP01_01", 200.0) as clip:
        search = Search(spotted(clip, project))
        monkeypatch.setattr(curves_module, "spot", search)
        spotted(clip, tmp_path)
        search.choices.clear()
        yield clip, tmp_path, search


def test_what_is_cancelled_is_not_kept(project: Path, tmp_path: Path) -> None:
    def give_up(_done: int, _total: int, _text: str) -> None:
        raise Cancelled

    with open_clip(project / "clips" / "sub01" / "EP01_01", 200.0) as clip, pytest.raises(Cancelled):
        spotted(clip, tmp_path, progress=give_up)
    assert not (tmp_path / FOLDER).exists()


def test_a_curve_is_kept_and_read_back(kept: tuple[Clip, Path, Search]) -> None:
    clip, folder, search = kept
    again = spotted(clip, folder)
    assert search.choices == []
    assert again.suggestions == search.found.suggestions
    assert len(again.suggestions) > 0
    assert list(again.curve.values) == list(search.found.curve.values)
    assert (again.curve.whole == search.found.curve.whole).all()
    assert (again.curve.indices == search.found.curve.indices).all()


def test_another_face_is_looked_for_anew_and_the_first_one_kept(kept: tuple[Clip, Path, Search]) -> None:
    clip, folder, search = kept
    spotted(clip, folder, "whole frame")
    assert search.choices == [FaceChoice()]
    spotted(clip, folder)
    assert len(search.choices) == 1


def _changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :]


def _damages(data: bytes) -> Iterator[bytes]:
    yield b""
    yield from (data[:length] for length in (1, 500, len(data) - 1))
    yield bytes(len(data))
    # Packing and encryption as the two headers of the first array tell them, then bytes everywhere.
    directory = data.rindex(b"PK\x01\x02")
    for at in (8, 6, directory + 8, directory + 10, *range(0, len(data), len(data) // 60)):
        yield _changed(data, at)
    for at in range(0, len(data) - 40, len(data) // 10):
        yield data[:at] + bytes(40) + data[at + 40 :]


def test_a_damaged_curve_is_looked_for_anew(kept: tuple[Clip, Path, Search]) -> None:
    clip, folder, search = kept
    (file,) = (folder / FOLDER).iterdir()
    whole = file.read_bytes()
    damages = list(_damages(whole))
    for damaged in damages:
        before = len(search.choices)
        file.write_bytes(damaged)
        found = spotted(clip, folder)
        # Bytes that say nothing, as a date, may differ; what is read is what was kept, or it is looked for anew.
        assert (found.curve.whole == search.found.curve.whole).all()
        assert found.suggestions == search.found.suggestions
        if len(search.choices) > before:
            assert file.read_bytes() == whole  # made again, not only passed over
    assert len(search.choices) > 0.8 * len(damages)


def test_curves_of_settings_of_long_ago_do_not_pile_up(kept: tuple[Clip, Path, Search]) -> None:
    clip, folder, search = kept
    other = folder / FOLDER / "another-clips.npz"
    other.write_bytes(b"")
    for x in range(6):
        spotted(clip, folder, f"frame 0 at {x} 0")
    assert len(search.choices) == 6
    assert other.exists()
    assert len(list((folder / FOLDER).iterdir())) == 4
    spotted(clip, folder, "frame 0 at 5 0")
    assert len(search.choices) == 6  # the newest are those that stay


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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--json", "{tmp}/no/out.json"], "make its folder first"),
        (["--json", "{tmp}"], "is a folder: name the file"),
        (["--project", "{tmp}/no"], "There is no project in"),
        (["--face", "frame -5 at 1 2"], "names no face"),
        (["--face", "frame 3 at nan 2"], "names no face"),
        (["--face", "frame 3 at 2 inf"], "names no face"),
        (["--fps", "inf"], "is no frame rate"),
        (["--fps", "1e-9"], "is no frame rate"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    arguments: list[str],
    says: str,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def spot(*_: object, **__: object) -> Spotting:
        raise AssertionError("looked for movements")

    monkeypatch.setattr(search_module, "spot", spot)
    monkeypatch.setattr(curves_module, "spot", spot)
    path = project / "clips" / "sub01" / "EP01_01"
    assert main(["spot", str(path), *(each.replace("{tmp}", str(tmp_path)) for each in arguments)]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.strip().count("\n") == 0  # no traceback
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to_window", [False, True])
def test_a_long_videos_frames_are_listed_once_and_the_listing_is_told(
    to_window: bool, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What opens the clip gets the folder of kept lists, and says how far it is."""
    asked: list[tuple[Path | None, bool]] = []

    def opening(
        path: Path, fps: float | None = None, *, progress: Progress = silent, index_folder: Path | None = None
    ) -> Clip:
        asked.append((index_folder, progress is not silent))
        progress(1, 2, "Listing frames")
        return open_clip(path, fps)

    monkeypatch.setattr("mer_core.clips.open_clip", opening)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("mer_core.cli.json_lines.Wishes.should_cancel", lambda _: False, raising=False)
    path = project / "clips" / "sub01" / "EP01_01"
    arguments = ["spot", str(path), "--project", str(project), "--fps", "200", "--index-folder", str(tmp_path)]
    assert main([*arguments, *(["--json-lines"] if to_window else [])]) in {0, 130}
    assert asked == [(tmp_path, True)]
