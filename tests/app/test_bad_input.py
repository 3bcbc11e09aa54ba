"""Bad input is one clear sentence in the window; the window lives, and nothing has changed."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from mer_core.project import FILE_NAME, Project


def _video(path: Path, faststart: bool = False) -> Path:
    options = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        rng = np.random.default_rng(0)
        for _ in range(60):
            picture = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def _cut(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def _missing(folder: Path) -> Path:
    return folder / "gone"


def _text_named_video(folder: Path) -> Path:
    path = folder / "notes.mp4"
    path.write_text("These are my notes.\n" * 50, encoding="utf-8")
    return path


def _empty_folder(folder: Path) -> Path:
    path = folder / "empty"
    path.mkdir()
    return path


def _cut_video(folder: Path) -> Path:
    return _cut(_video(folder / "cut.mp4"))


def _cut_faststart_video(folder: Path) -> Path:
    return _cut(_video(folder / "cut-faststart.mp4", faststart=True))


def _damaged_project(folder: Path) -> Path:
    path = folder / "damaged"
    Project.create(path).close()
    _cut(path / FILE_NAME)
    return path


@pytest.mark.parametrize(
    "make", [_missing, _text_named_video, _empty_folder, _cut_video, _cut_faststart_video, _damaged_project]
)
def test_bad_input(
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    frames: Callable[[str, int], Path],
    make: Callable[[Path], Path],
) -> None:
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([frames("EP01", 8)])
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    project = window.desk.session.project
    assert project is not None
    clips, shown = project.clips(), window.desk.session.clip
    database = (project.folder / FILE_NAME).read_bytes()
    bad = make(tmp_path)
    before = bad.read_bytes() if bad.is_file() else None

    window.open_paths([bad])

    qtbot.waitUntil(lambda: bool(window.notice.text))
    sentence = window.notice.text
    assert bad.name in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert window.isVisible()
    assert window.desk.session.project is project
    assert window.desk.session.clip == shown
    assert window.desk.media.clip is not None
    assert project.clips() == clips
    assert (project.folder / FILE_NAME).read_bytes() == database
    if before is not None:
        assert bad.read_bytes() == before


def test_one_bad_clip_among_good_ones_is_named_and_left_out(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]
) -> None:
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([frames("EP01", 8), _missing(tmp_path)])
    qtbot.waitUntil(lambda: bool(window.notice.text))
    assert "gone" in window.notice.text
    assert "1 of 2" in window.notice.text
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    assert window.desk.session.project is not None
    assert [clip.name for clip in window.desk.session.project.clips()] == ["EP01"]


def test_the_sign_of_a_notice_takes_the_colours_of_a_theme_chosen_later(window: MainWindow) -> None:
    window.actions_by_id["theme_light"].trigger()
    window.notice.say("There is no such file.")
    light = window.notice._sign.pixmap().toImage()
    window.actions_by_id["theme_dark"].trigger()
    dark = window.notice._sign.pixmap().toImage()
    window.actions_by_id["theme_system"].trigger()
    assert dark != light
