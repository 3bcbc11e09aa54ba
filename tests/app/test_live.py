"""What is measured and recognised is of what is shown now, in whichever order the results come."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import mer_core.analysis
from app.main_window import MainWindow
from mer_core.analysis import Measurement, measure_clip
from mer_core.errors import ClipError
from mer_core.faces import Alignment
from mer_core.flow import FlowSettings
from tests.app.smiling import make_clips


class Gate:
    """Holds up measurements until it is opened."""

    def __init__(self) -> None:
        self.holds: Callable[[int, FlowSettings], bool] = lambda *_: False
        self.damaged: set[int] = set()
        self.reached, self._open = threading.Event(), threading.Event()

    def measure(
        self, read: Callable[[int], np.ndarray], alignment: Alignment, onset: int, target: int, settings: FlowSettings
    ) -> Measurement:
        if target in self.damaged:
            raise ClipError(f"frame {target} is damaged")
        if self.holds(target, settings):
            self.reached.set()
            assert self._open.wait(20)
        return measure_clip(read, alignment, onset, target, settings)

    def open(self, window: MainWindow, qtbot: QtBot) -> None:
        """Let what is held go on, and wait until all that was asked for has come."""
        self._open.set()
        live = window.desk.live
        qtbot.waitUntil(lambda: not live._worker.busy and not live._other_flow.busy)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(mer_core.analysis, "measure_clip", gate.measure)
    yield gate
    gate._open.set()


def fields(window: MainWindow) -> list[tuple[int, str]]:
    """Up to which frame, and by which method, the fields are that are shown from now on."""
    seen: list[tuple[int, str]] = []

    def note(found: Measurement | None, _: int, target: int) -> None:
        if found is not None:
            seen.append((target, found.settings.method))

    window.desk.live.field_measured.connect(note)
    return seen


def test_back_at_a_frame_its_field_stays_though_another_comes_late(
    smiling: MainWindow, qtbot: QtBot, gate: Gate
) -> None:
    assert smiling.plots.motion is not None
    smiling.plots.motion.span.setCurrentText("onset → current")
    seen = fields(smiling)
    smiling.desk.media.seek(2)
    qtbot.waitUntil(lambda: seen == [(2, "dis")])
    gate.holds = lambda target, _: target == 3
    qtbot.keyClick(smiling, Qt.Key.Key_Right)
    assert gate.reached.wait(10)
    qtbot.keyClick(smiling, Qt.Key.Key_Left)
    gate.open(smiling, qtbot)
    assert seen == [(2, "dis")] * 2
    qtbot.keyClick(smiling, Qt.Key.Key_Right)  # it is there by now
    assert seen[-1] == (3, "dis")


def test_a_frame_behind_is_shown_while_the_newest_is_measured_but_not_at_the_onset(
    smiling: MainWindow, qtbot: QtBot, gate: Gate
) -> None:
    assert smiling.plots.motion is not None
    smiling.plots.motion.span.setCurrentText("onset → current")
    media, seen = smiling.desk.media, fields(smiling)
    gate.holds = lambda target, _: target == 1
    media.seek(1)
    assert gate.reached.wait(10)
    media.seek(2)
    media.seek(3)
    gate.open(smiling, qtbot)
    assert [target for target, _ in seen] == [1, 3]
    media.seek(2)
    media.seek(0)
    qtbot.waitUntil(lambda: not smiling.desk.live._worker.busy)
    assert len(seen) == 2
    assert smiling.plots.motion.maps() is None


def test_the_model_s_last_question_is_about_the_marks(smiling: MainWindow, qtbot: QtBot, gate: Gate) -> None:
    live, session = smiling.desk.live, smiling.desk.session
    asked: list[Measurement] = []
    live.recogniser.ask = asked.append  # type: ignore[assignment]
    live.recogniser.use(Path("a model"))
    session.drag_mark("apex", 2)
    qtbot.waitUntil(lambda: len(asked) == 1)
    gate.holds = lambda target, _: target == 3
    session.drag_mark("apex", 3)
    assert gate.reached.wait(10)
    session.drag_mark("apex", 2)
    gate.open(smiling, qtbot)
    assert asked == [asked[0]] * 2
    live.recogniser.use(None)


def test_where_a_frame_cannot_be_read_neither_field_nor_answer_of_another_stays(
    smiling: MainWindow, qtbot: QtBot, gate: Gate
) -> None:
    panel, session, explained = smiling.plots.motion, smiling.desk.session, list[str]()
    assert panel is not None
    smiling.desk.live.explained.connect(explained.append)
    smiling.desk.live.recogniser.use(Path("a model"))
    smiling.desk.live.recogniser.ask = lambda _: None  # type: ignore[assignment]
    gate.damaged = {3}
    session.drag_mark("apex", 3)
    qtbot.waitUntil(lambda: bool(explained))
    assert panel.maps() is None
    assert panel._why.text() == "frame 3 is damaged"
    assert explained == ["The model gives no answer."]
    assert "frame 3 is damaged" in smiling.notice.text
    session.drag_mark("apex", 4)
    assert panel.maps() is not None
    smiling.desk.live.recogniser.use(None)


def test_a_slow_method_given_up_does_not_replace_the_one_chosen(smiling: MainWindow, qtbot: QtBot, gate: Gate) -> None:
    panel, seen = smiling.plots.motion, fields(smiling)
    assert panel is not None
    gate.holds = lambda _, settings: settings.method == "tvl1"
    chosen = {action.text(): action for action in panel.flow.actions()}
    chosen["TV-L1: the field's usual one"].trigger()
    assert gate.reached.wait(10)
    chosen["DIS: quick"].trigger()
    gate.open(smiling, qtbot)
    assert seen == [(4, "dis")]


def test_a_damaged_frame_among_those_looked_at_hides_nothing_and_where_all_are_it_is_said(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    make_clips(tmp_path)
    live, media, folder = window.desk.live, window.desk.media, tmp_path / "smile"
    window.desk.session.create_project(tmp_path / "project", "anna")
    (folder / "2.png").write_bytes(b"no picture")
    window.open_paths([folder])
    qtbot.waitUntil(lambda: live.alignment is not None)
    qtbot.waitUntil(lambda: media.buffer is not None and media.buffer.loaded == 4)
    qtbot.waitUntil(lambda: "2.png is damaged" in window.notice.text)
    assert window._hint.text() == ""  # not "Reading frames" for ever

    folder = tmp_path / "two"
    for number in (1, 2, 3):
        (folder / f"{number}.png").write_bytes(b"no picture")
    window.open_paths([folder])
    panel = window.plots.motion
    assert panel is not None
    qtbot.waitUntil(lambda: "is damaged or no picture" in panel._why.text())
    assert live.alignment is None
    assert panel.whole_frame.isVisible()
