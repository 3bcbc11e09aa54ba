"""Playing, memory and opening, by keys, menus and buttons in the real window."""

import re
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

import mer_core.clips
from app.main_window import MainWindow
from app.player.memory_menu import LIMITS, machine_memory, sensible_limit
from app.player.pace import Pace
from mer_core.clips import open_clip
from mer_core.progress import Progress
from tests.core.test_clips_video import B_FRAMES, number_in, write_video

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def played(window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]) -> MainWindow:
    """The window on a clip of 50 frames at 100 a second, all in memory."""
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([frames("EP01", 50)])
    wait_for_frames(window, qtbot, 50)
    return window


def wait_for_frames(window: MainWindow, qtbot: QtBot, count: int) -> None:
    media = window.desk.media
    qtbot.waitUntil(lambda: media.buffer is not None and media.buffer.loaded == count)


def shown(window: MainWindow) -> list[int]:
    seen: list[int] = []
    window.desk.media.frame_shown.connect(seen.append)
    return seen


class Clocked:
    """When which frame was shown."""

    def __init__(self, window: MainWindow) -> None:
        self.index: list[int] = []
        self._when: list[float] = []
        window.desk.media.frame_shown.connect(self._note)

    def _note(self, index: int) -> None:
        self.index.append(index)
        self._when.append(time.perf_counter())

    def rate(self) -> float:
        """Frames a second of the longest way through without a turn: a machine that is held up may turn later."""
        turns = [at for at, (before, after) in enumerate(pairwise(self.index), 1) if after < before]
        ways = [range(*ends) for ends in pairwise([0, *turns, len(self.index)])]
        way = max(ways, key=len)
        return (self.index[way[-1]] - self.index[way[0]]) / (self._when[way[-1]] - self._when[way[0]])


def choose_speed(window: MainWindow, speed: float) -> None:
    window.player.speed.setCurrentIndex(window.player.speed.findData(speed))


def test_backwards_to_the_first_frame_and_from_there_again_from_the_last(played: MainWindow, qtbot: QtBot) -> None:
    choose_speed(played, 1.0)
    qtbot.keyClick(played, Qt.Key.Key_End)
    seen = shown(played)
    qtbot.keyClick(played, Qt.Key.Key_Space, SHIFT)
    assert played.player.playback.playing
    qtbot.waitUntil(lambda: not played.player.playback.playing)
    assert seen[-1] == played.desk.media.index == 0
    assert all(after < before for before, after in pairwise(seen))
    qtbot.mouseClick(played.player.back_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: 25 < played.desk.media.index < 49)
    qtbot.keyClick(played, Qt.Key.Key_Space)
    assert not played.player.playback.playing


def test_backwards_loops_between_the_marks(played: MainWindow, qtbot: QtBot) -> None:
    session = played.desk.session
    session.set_mark("onset", 10)
    session.set_mark("offset", 16)
    choose_speed(played, 1.0)
    qtbot.keyClick(played, Qt.Key.Key_L)
    seen = shown(played)
    qtbot.keyClick(played, Qt.Key.Key_Space, SHIFT)
    qtbot.waitUntil(lambda: any(after > before for before, after in pairwise(seen[1:])))
    qtbot.keyClick(played, Qt.Key.Key_Space)
    assert set(seen) <= set(range(10, 17))
    assert seen[0] == 16


def test_every_frame_is_shown_however_fast_it_should_go(played: MainWindow, qtbot: QtBot) -> None:
    choose_speed(played, 1.0)
    qtbot.keyClick(played, Qt.Key.Key_E)
    assert played.actions_by_id["every_frame"].isChecked()
    painted: list[int] = []
    note = played.player.playback.note_painted
    played.player.playback.note_painted = lambda: (painted.append(played.desk.media.index), note())  # type: ignore
    qtbot.keyClick(played, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not played.player.playback.playing)
    qtbot.wait(50)
    assert set(painted) >= set(range(1, 50))  # 0 was before
    assert painted == sorted(painted)


def test_every_frame_goes_on_past_one_that_cannot_be_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, frames: Callable[[str, int], Path]
) -> None:
    folder = frames("EP01", 20)
    (folder / "img17.png").write_bytes(b"no picture")
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([folder])
    wait_for_frames(window, qtbot, 19)
    choose_speed(window, 1.0)
    qtbot.keyClick(window, Qt.Key.Key_E)
    seen = shown(window)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.player.playback.playing)
    assert seen == [index for index in range(1, 20) if index != 7]
    assert "img17.png is damaged" in window.notice.text


@pytest.mark.parametrize("speed", [1.0, 0.25])
def test_real_time_is_kept_and_what_is_dropped_is_told(played: MainWindow, qtbot: QtBot, speed: float) -> None:
    choose_speed(played, speed)
    clocked = Clocked(played)
    paces: list[Pace] = []
    told_at: list[int] = []
    played.player.playback.paced.connect(paces.append)
    played.player.playback.paced.connect(lambda _pace: told_at.append(len(clocked.index)))
    qtbot.keyClick(played, Qt.Key.Key_L)  # without marks: the whole clip
    qtbot.keyClick(played, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(paces) >= 2)
    assert played.player.pace_label.text() == paces[-1].text(100)
    assert re.fullmatch(r"\d\.\d\d× · \d+/s shown · \d+/s dropped", played.player.pace_label.text())
    qtbot.keyClick(played, Qt.Key.Key_Space)
    assert clocked.rate() == pytest.approx(100 * speed, rel=0.15)
    told = [each for each in paces if each is not None]
    advanced = sum((after - before) % 50 for before, after in pairwise([0, *clocked.index[: told_at[len(told) - 1]]]))
    assert sum(each.advanced for each in told) == advanced
    for each in told:
        assert each.painted_a_second + each.dropped_a_second == pytest.approx(each.frames_a_second, abs=3)
    assert played.player.pace_label.text() == ""  # it stands


class Layouts(QObject):
    """Notes which widgets are laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self.of: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LayoutRequest and isinstance(watched, QWidget):
            self.of.append(f"{type(watched).__name__} {watched.objectName()}")
        return super().eventFilter(watched, event)


def test_a_step_moves_the_playhead_and_lays_nothing_out(played: MainWindow, qtbot: QtBot, qapp: QApplication) -> None:
    """That, and drawing the whole timeline at every step, took longer than the frame itself."""
    timeline = played.player.timeline
    qtbot.keyClick(played, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: bool(played.desk.live.no_face))
    qtbot.wait(300)  # what else was to be laid out after the opening has been
    before, ground = timeline.grab().toImage(), timeline._ground
    layouts = Layouts()
    qapp.installEventFilter(layouts)
    for index in range(1, 6):
        qtbot.keyClick(played, Qt.Key.Key_Right)
        assert played.desk.media.index == index
        qtbot.wait(5)
    qapp.removeEventFilter(layouts)
    assert not layouts.of
    assert played.player._position.text().startswith("6/50")
    after = timeline.grab().toImage()
    assert after != before
    assert timeline._ground is ground
    qtbot.keyClick(played, Qt.Key.Key_A)  # with a mark the ground is another
    marked = timeline.grab().toImage()
    assert marked != after
    played.resize(played.width() + 40, played.height())
    qtbot.waitUntil(lambda: timeline.grab().toImage().size() != marked.size())


def test_a_clip_of_200_frames_a_second_stored_as_30(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_video(tmp_path / "stored.mp4", "libx264", B_FRAMES)
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.open_paths([path])
    wait_for_frames(window, qtbot, 60)
    session = window.desk.session
    assert session.clip is not None
    assert session.clip.fps == pytest.approx(30)
    session.edit_clip(session.clip, fps=200.0)
    qtbot.waitUntil(lambda: window.desk.media.clip is not None and window.desk.media.clip.fps == 200)
    wait_for_frames(window, qtbot, 60)
    qtbot.keyClick(window, Qt.Key.Key_End)
    assert "295 ms" in window.player._position.text()
    choose_speed(window, 0.5)
    qtbot.keyClick(window, Qt.Key.Key_L)
    session.set_mark("onset", 10)
    session.set_mark("offset", 55)
    clocked = Clocked(window)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.wait(1000)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert set(clocked.index) <= set(range(10, 56))
    assert clocked.rate() == pytest.approx(100, rel=0.2)
    assert window.desk.media.image is not None
    assert number_in(window.desk.media.image) == window.desk.media.index


def test_missing_frames_are_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "gaps"
    folder.mkdir()
    for number in (*range(110, 120), *range(125, 130), 131):
        (folder / f"img{number}.png").write_bytes(cv2.imencode(".png", np.full((48, 64, 3), 9, np.uint8))[1].tobytes())
    window.open_paths([folder])
    wait_for_frames(window, qtbot, 16)
    sign = window.player.gap_sign
    assert sign.isVisible()
    assert "6 missing" in sign.text()
    assert sign.toolTip().startswith("Frames 120–124, 130 are missing")
    window.desk.session.close_project()
    assert not sign.isVisible()


def test_the_memory_for_frames_is_chosen_holds_at_once_and_next_time(played: MainWindow, qtbot: QtBot) -> None:
    entries = [action for action in played.actions_by_id.menus["Play"].actions() if action.menu()]
    (submenu,) = [entry.menu() for entry in entries if entry.text() == "Memory for frames"]
    assert isinstance(submenu, QMenu)
    offered = {action.text(): action for action in submenu.actions()}
    assert list(offered) == list(LIMITS.values())
    assert offered[LIMITS[sensible_limit()]].isChecked()
    assert machine_memory() > 1 << 28
    offered["512 MB"].trigger()
    media = played.desk.media
    assert media.memory == 512 << 20
    assert played.settings.value("frame memory") == 512
    media.set_memory(48 * 64 * 3 * 10)  # ten of these frames
    assert media.buffer is not None
    qtbot.waitUntil(lambda: media.buffer is not None and media.buffer.loaded == 10)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(played, key)
        qtbot.waitUntil(lambda: media.index == media.wanted)
        qtbot.waitUntil(lambda: media.buffer is not None and not media.buffer.hungry)
        assert media.buffer.loaded == 10
        first, last = media.buffer.span()
        assert first <= media.index <= last


def test_leafing_through_clips_opens_only_the_last(
    played: MainWindow, qtbot: QtBot, frames: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    played.open_paths([frames(f"EP{k:02}", 5) for k in range(2, 12)])
    session = played.desk.session
    qtbot.waitUntil(lambda: session.project is not None and len(session.project.clips()) == 11)
    played.clip_list.table.selectRow(0)
    qtbot.waitUntil(lambda: played.desk.media.frames == 50)
    qtbot.wait(200)
    opened: list[str] = []

    def noted(path: Path, *arguments: Any, **options: Any) -> Any:
        opened.append(path.name)
        return open_clip(path, *arguments, **options)

    monkeypatch.setattr(mer_core.clips, "open_clip", noted)
    for _ in range(9):
        qtbot.keyClick(played, Qt.Key.Key_PageDown)
        qtbot.wait(15)
    wait_for_frames(played, qtbot, 5)
    assert session.clip is not None
    assert session.clip.name == "EP10"
    assert opened[-1] == "EP10"
    assert len(opened) <= 2


def test_a_long_opening_says_how_far_it_is_and_is_given_up(
    played: MainWindow, qtbot: QtBot, frames: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, going_on = frames("EP02", 6), threading.Event()

    def slowly(path: Path, fps: float | None = None, *, progress: Progress, **options: Any) -> Any:
        for step in range(400):
            if going_on.is_set():
                break
            time.sleep(0.01)
            progress(step, 400, "Listing frames")
        return open_clip(path, fps, **options)

    monkeypatch.setattr(mer_core.clips, "open_clip", slowly)
    bar = played.work_bar
    played.open_paths([slow])
    qtbot.waitUntil(bar.isVisible)
    qtbot.waitUntil(lambda: bar.bar.value() > 10)
    assert "EP02" in bar.text
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    project = played.desk.session.project
    assert project is not None
    assert len(project.clips()) == 1  # nothing was added
    qtbot.waitUntil(lambda: not played.desk.opener._worker.busy)

    going_on.set()
    played.open_paths([slow])
    qtbot.waitUntil(lambda: len(project.clips()) == 2 and played.desk.media.frames == 6)
    going_on.clear()
    played.clip_list.table.selectRow(0)
    qtbot.waitUntil(bar.isVisible)
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert played.desk.media.clip is None
    assert "Not opened" in played.player.view._text
    going_on.set()
    row = played.clip_list.table.model().index(0, 0)
    qtbot.mouseClick(
        played.clip_list.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=played.clip_list.table.visualRect(row).center(),
    )
    qtbot.waitUntil(lambda: played.desk.media.frames == 50)


def test_once_it_stands_the_number_shown_is_the_frames_own(played: MainWindow, qtbot: QtBot) -> None:
    choose_speed(played, 1.0)
    qtbot.keyClick(played, Qt.Key.Key_L)  # half a second long, it would end by itself where the machine is held up
    for _ in range(3):
        with qtbot.waitSignal(played.desk.media.frame_shown):
            qtbot.keyClick(played, Qt.Key.Key_Space)
        qtbot.wait(130)
        qtbot.keyClick(played, Qt.Key.Key_Space)
        assert not played.player.playback.playing
        assert played.player.frame_box.value() == played.desk.media.number(played.desk.media.index)
