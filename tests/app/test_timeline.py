"""The scrub bar draws what belongs to the clip shown, and only when something has changed."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.timeline.curve import WHOLE, Curve
from app.timeline.timeline import Timeline
from mer_core.annotation import Marks


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[Timeline]:
    """Of 40 frames, the apex marked in the middle."""
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(600, timeline.sizeHint().height())
    timeline.set_clip(range(40), [index / 100 for index in range(40)])
    timeline.set_marks(Marks(None, 20, None))
    timeline.show()
    timeline.grab()
    yield timeline
    timeline.close()


def test_each_clip_s_own_curve_is_drawn(timeline: Timeline) -> None:
    """The curve before may be freed, and the new one made in its place, before anything is painted."""
    for clip in range(20):
        timeline.set_curve(None)
        timeline.set_curve(Curve(range(40), {WHOLE: [float(index == clip) for index in range(40)]}))
        timeline.grab()
        line = timeline._curve._lines[WHOLE]
        highest = min(line, key=lambda point: point.y())
        assert highest.x() == pytest.approx(timeline.x_of(clip))


def test_the_ground_is_drawn_anew_where_another_flag_is_under_the_pointer_and_nowhere_else(
    timeline: Timeline, qtbot: QtBot
) -> None:
    ground = timeline._ground
    for x in range(50, 200, 10):
        qtbot.mouseMove(timeline, QPoint(x, 20))
        timeline.grab()
    assert timeline._ground is ground
    flag = timeline.handle_centre("apex")
    assert flag is not None
    qtbot.mouseMove(timeline, flag.toPoint())
    widened = timeline.grab().toImage()
    assert timeline._ground is not ground
    timeline.leaveEvent(None)
    assert timeline.grab().toImage() != widened
    ground = timeline._ground
    timeline.leaveEvent(None)
    timeline.grab()
    assert timeline._ground is ground


def test_while_scrubbing_the_frame_under_the_pointer_is_told(timeline: Timeline, qtbot: QtBot) -> None:
    told: list[str] = []
    sought: list[int] = []
    timeline.hinted.connect(told.append)
    timeline.sought.connect(sought.append)
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    qtbot.mouseMove(timeline, QPoint(180, 20))
    assert len(set(sought)) == 2
    assert told[-1].startswith(f"Frame {timeline._numbers[sought[-1]]}, ")
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(180, 20))
    assert told[-1] == ""  # keys may lead elsewhere while the pointer rests
