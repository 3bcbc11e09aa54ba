"""Looking at a face through the window: views, flow methods, magnified, difference, flicker, regions, whose face."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import places
from app.main_window import MainWindow
from app.panels.motion import MotionPanel
from app.panels.scale_bar import labels
from app.player.face_marks import FaceMarks
from app.player.video_view import Overlay, VideoView
from mer_core.project import Project
from mer_core.recognition import Prediction
from tests.app.smiling import HEAD, open_clip

_ALT = Qt.KeyboardModifier.AltModifier


def motion(window: MainWindow) -> MotionPanel:
    assert window.plots.motion is not None
    return window.plots.motion


def kept_face(window: MainWindow) -> str:
    """What another process reads from the disk."""
    project = window.desk.session.project
    assert project is not None
    with Project.open(project.folder) as other:
        return other.clips()[0].face


def at(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a frame pixel is in the view."""
    return window.player.view._transform().map(QPointF(x, y)).toPoint()


def test_the_views_shown_are_ticked_and_remembered(smiling: MainWindow, qtbot: QtBot) -> None:
    panel = motion(smiling)
    assert panel.chosen == ["u: horizontal", "v: vertical", "Strain"]
    hints: list[str] = []
    panel.hinted.connect(hints.append)
    shown = panel._shown()
    assert shown is not None
    assert np.hypot(shown.u, shown.v).max() <= shown.motion_limit  # nothing lies beyond the scale
    expected = {"Magnitude": "magnitude at", "Arrows": "px to the", "Direction wheel": "px to the"}
    for name in expected:
        panel.view_actions[name].trigger()
    for name in ("u: horizontal", "v: vertical", "Strain"):
        panel.view_actions[name].trigger()
    assert panel.chosen == list(expected)
    qtbot.wait(50)
    for name, words in expected.items():
        view = panel.views[name]
        assert view.picture.image is not None
        panel._tell_value(view.box.sceneBoundingRect().center())
        assert words in hints[-1]
        QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
        assert hints[-1] == ""  # a value no longer pointed at does not stay
    for name in expected:  # the last one stays
        panel.view_actions[name].trigger()
    assert panel.chosen == ["u: horizontal"]
    panel.view_actions["Arrows"].trigger()
    panel._choose_wheel("Colour-blind-safe")
    panel.scale.setCurrentText("±2 px")
    again = MotionPanel(places.settings())
    assert again.chosen == ["u: horizontal", "Arrows"]
    assert again.scale.currentText() == "±2 px"
    again.deleteLater()


def test_the_view_menu_hides_docks_and_brings_them_back(window: MainWindow) -> None:
    lines = {action.text(): action for action in window.actions_by_id.menus["View"].actions()}
    for name, dock in window.docks:
        line = lines[dock.windowTitle()]
        assert line.isEnabled()
        line.trigger()
        assert dock.isHidden(), name
    lines["Docks as at first"].trigger()
    assert not [name for name, dock in window.docks if dock.isHidden()]


def test_arrows_and_colours_say_the_direction(smiling: MainWindow) -> None:
    """The smile pulls the picture's left mouth corner up and left."""
    panel = motion(smiling)
    shown = panel._shown()
    assert shown is not None
    row, column = np.unravel_index(np.hypot(shown.u[:, :112], shown.v[:, :112]).argmax(), (224, 112))
    assert "to the up left" in panel.views["Arrows"].value(shown, int(row), int(column))


def test_another_method_is_for_the_eye_and_the_model_reads_what_it_learned(smiling: MainWindow, qtbot: QtBot) -> None:
    panel, live = motion(smiling), smiling.desk.live
    live.recogniser.use(smiling.desk.model)
    live.refresh()
    qtbot.waitUntil(lambda: bool(smiling.recognition_panel.bars.probabilities))
    answer = dict(smiling.recognition_panel.bars.probabilities)
    before = panel.maps()
    assert before is not None
    panel.as_network.setChecked(True)
    assert panel.as_network.toolTip().endswith("as the network sees it")
    panel.as_network.setChecked(False)
    for text in ("Farnebäck: coarse", "Smoothed by 5 px"):
        (action,) = [each for each in panel.flow.actions() if each.text() == text]
        action.trigger()
    qtbot.waitUntil(lambda: panel.flow.text() == "Farnebäck, σ 5 ▾")
    after = panel.maps()
    assert after is not None
    assert np.abs(after[0] - before[0]).max() > 0.05
    assert smiling.recognition_panel.bars.probabilities == answer
    (action,) = [each for each in panel.flow.actions() if each.text() == "Method as the model learned it"]
    action.trigger()
    qtbot.waitUntil(lambda: panel.flow.text() == "DIS, σ 5 ▾")
    assert live.flow == {"smoothing": 5.0}
    panel.as_network.setChecked(True)
    for said in (panel.as_network.toolTip(), panel._text.text()):
        assert said.endswith("measured as chosen here; the model reads its own")


def test_the_head_s_motion_is_shown_and_can_be_left_in(smiling: MainWindow, qtbot: QtBot) -> None:
    panel = motion(smiling)
    assert "head taken out: → 2" in panel._text.text()
    assert "+0.6" in panel._text.text()
    before = panel.maps()
    assert before is not None
    qtbot.mouseClick(panel.head, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.head.height() // 2))
    qtbot.waitUntil(lambda: "left in" in panel._text.text())
    after = panel.maps()
    assert after is not None
    assert np.median(after[0]) > np.median(before[0]) + 1


def test_the_magnified_view_is_marked_and_follows_slider_and_frame(smiling: MainWindow, qtbot: QtBot) -> None:
    view, slider = smiling.player.view, smiling.player.strengths["magnified"]
    qtbot.keyClick(smiling, Qt.Key.Key_5, _ALT)
    qtbot.waitUntil(lambda: view.note == "magnified ×8, display only")
    assert slider.isVisible()
    assert smiling.actions_by_id["overlay_magnified"].isChecked()
    assert view.overlay is not None
    first = view.overlay.rgba
    slider.setValue(15)
    qtbot.waitUntil(lambda: view.note == "magnified ×15, display only")
    assert view.overlay is not None
    assert np.abs(view.overlay.rgba.astype(int) - first).max() > 30
    qtbot.keyClick(smiling, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: view.note == "magnified: this is the onset")
    assert view.overlay is None
    qtbot.keyClick(smiling, Qt.Key.Key_1, _ALT)
    assert view.note == ""
    assert not slider.isVisible()


def test_an_overlay_s_strength_is_set_where_there_is_one(smiling: MainWindow, qtbot: QtBot) -> None:
    player = smiling.player
    assert not player.opacity.isEnabled()
    qtbot.keyClick(smiling, Qt.Key.Key_3, _ALT)
    assert player.opacity.isEnabled()
    qtbot.keyClick(smiling, Qt.Key.Key_1, _ALT)
    assert not player.opacity.isEnabled()


def test_a_map_over_the_face_has_its_scale(smiling: MainWindow, qtbot: QtBot) -> None:
    """Its ends are said, its colours are those of the map; it goes with the map."""
    player = smiling.player
    measured = next(iter(smiling.desk.live._kept.values()))
    attention = np.linspace(0.25, 0.75, 28 * 28, dtype=np.float32).reshape(28, 28)
    player.show_attention(Prediction(("happiness",), np.ones(1, np.float32), attention, 0.0), measured)
    assert player.heat_scale.isHidden()
    qtbot.keyClick(smiling, Qt.Key.Key_2, _ALT)
    assert player.heat_scale.accessibleName() == "Scale of attention 0.25 to 0.75"
    assert player.heat_scale.isVisible()
    assert "where the model that answers looks" in player.heat_scale.toolTip().lower()
    qtbot.waitUntil(lambda: player.heat_scale.width() >= player.heat_scale.sizeHint().width())
    picture = player.heat_scale.grab().toImage()
    middle = [picture.pixelColor(x, picture.height() // 2) for x in range(picture.width())]
    assert shows_the_strongest_of(player.view.overlay, middle)
    qtbot.keyClick(smiling, Qt.Key.Key_3, _ALT)
    assert player.heat_scale.accessibleName().startswith("Scale of strain 0 to 0.0")
    qtbot.keyClick(smiling, Qt.Key.Key_1, _ALT)
    assert player.heat_scale.isHidden()


def shows_the_strongest_of(overlay: Overlay | None, scale: list[QColor]) -> bool:
    """Whether the colour of the map's strongest place is one of the scale's."""
    assert overlay is not None
    colours = overlay.rgba[..., :3].reshape(-1, 3).astype(int)
    strongest = colours[colours.sum(axis=1).argmax()]
    shown = np.array([(each.red(), each.green(), each.blue()) for each in scale])
    return bool(np.abs(shown - strongest).max(axis=1).min() <= 3)


@pytest.mark.parametrize("overlay", ["strain", "attention"])
def test_an_overlay_goes_along_with_the_head(smiling: MainWindow, overlay: str) -> None:
    """At the onset the map lies where the face is then, at the apex where the head has carried it."""
    view, live, media = smiling.player.view, smiling.desk.live, smiling.desk.media
    measured = next(iter(live._kept.values()))
    answer = Prediction(("happiness",), np.ones(1, np.float32), np.eye(28, dtype=np.float32), 0.0)
    smiling.player.show_attention(answer, measured)
    smiling.player.choose_overlay(overlay)

    def middle() -> np.ndarray:
        assert view.overlay is not None
        side = len(view.overlay.rgba) / 2
        return view.overlay.to_frame @ (side, side, 1)

    media.seek(0)
    at_onset = middle()
    assert live.alignment is not None
    assert at_onset == pytest.approx(np.add(live.alignment.middle, 0.5))
    media.seek(4)
    assert middle() == pytest.approx(HEAD @ (*at_onset, 1), abs=0.3)
    assert np.hypot(*(middle() - at_onset)) > 1.5
    media.seek(1)
    assert middle() == pytest.approx(at_onset)


def test_the_difference_is_marked_and_grey_where_nothing_changes(smiling: MainWindow, qtbot: QtBot) -> None:
    view = smiling.player.view
    qtbot.keyClick(smiling, Qt.Key.Key_6, _ALT)
    qtbot.waitUntil(lambda: view.note == "difference ×4, display only")
    assert view.overlay is not None
    face = view.overlay.rgba[view.overlay.rgba[..., 3] == 255]
    assert abs(float(np.median(face[:, 0])) - 128) < 6
    assert face[:, 0].max() > 220


def test_a_held_key_flickers_and_released_all_is_as_before(smiling: MainWindow, qtbot: QtBot) -> None:
    view, media, flicker = smiling.player.view, smiling.desk.media, smiling.viewing.flicker
    flicker.set_rate(10)
    qtbot.keyClick(smiling, Qt.Key.Key_5, _ALT)
    qtbot.waitUntil(lambda: view.overlay is not None)
    qtbot.keyClick(smiling, Qt.Key.Key_Left)
    shown = media.index
    notes: set[str] = set()
    QTest.keyPress(smiling, Qt.Key.Key_B)

    def both() -> bool:
        notes.add(view.note)
        return {"flicker: onset", "flicker: apex, head held still, display only"} <= notes

    qtbot.waitUntil(both)
    QTest.keyRelease(smiling, Qt.Key.Key_B)
    assert not flicker.running
    assert media.index == shown
    assert media.image is not None
    assert view._pixels is not None
    np.testing.assert_array_equal(view._pixels[..., 2], media.image[..., 0])
    assert "flicker" not in view.note


def test_flicker_chosen_from_the_menu_by_enter_goes_on_until_the_next_key(smiling: MainWindow, qtbot: QtBot) -> None:
    flicker, actions = smiling.viewing.flicker, smiling.actions_by_id
    menu = actions.menus["View"]
    menu.popup(smiling.mapToGlobal(QPoint(20, 20)))
    qtbot.wait(50)  # off screen a menu takes the keyboard from its window, which is told of it later
    menu.setActiveAction(actions["flicker"])
    QTest.keyPress(menu, Qt.Key.Key_Return)
    assert flicker.running
    assert not menu.isVisible()
    qtbot.waitUntil(smiling.isActiveWindow)
    QTest.keyRelease(smiling, Qt.Key.Key_Return)
    assert flicker.running
    qtbot.waitUntil(lambda: "flicker" in smiling.player.view.note)
    QTest.keyPress(smiling, Qt.Key.Key_Left)  # an action's own
    assert not flicker.running
    QTest.keyRelease(smiling, Qt.Key.Key_Left)
    assert "flicker" not in smiling.player.view.note


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_at_actual_size_a_frame_s_pixel_is_one_of_the_screen_s(qtbot: QtBot, ratio: float) -> None:
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.devicePixelRatioF = lambda: ratio  # type: ignore[method-assign]
    view.show_frame(np.zeros((900, 900, 3), np.uint8))
    view.show_actual_size()
    assert view.scale * ratio == pytest.approx(1)


def test_flicker_without_marks_is_one_sentence(window: MainWindow, qtbot: QtBot, clips: Path, tmp_path: Path) -> None:
    open_clip(window, qtbot, clips / "smile", tmp_path)
    window.desk.session.set_mark("apex", None)
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert "mark both first" in window.notice.text
    assert not window.viewing.flicker.running


def test_regions_are_drawn_on_demand_and_named_under_the_pointer(smiling: MainWindow, qtbot: QtBot) -> None:
    view = smiling.player.view
    assert not view.faces.regions
    qtbot.keyClick(smiling, Qt.Key.Key_7, _ALT)
    qtbot.waitUntil(lambda: "left brow" in view.faces.regions)
    hints: list[str] = []
    view.hovered.connect(hints.append)
    qtbot.mouseMove(view, at(smiling, 226, 205))
    assert hints[-1].endswith("nose")
    qtbot.keyClick(smiling, Qt.Key.Key_7, _ALT)
    assert not view.faces.regions


def test_landmarks_are_drawn_on_their_pixels_centres() -> None:
    picture, scale = QImage(200, 200, QImage.Format.Format_Grayscale8), 10
    picture.fill(0)
    painter = QPainter(picture)
    painter.scale(scale, scale)
    FaceMarks(landmarks=np.array([[8.0, 13.0]], np.float32)).paint(painter, scale)
    painter.end()
    light = np.array(picture.constBits()).reshape(200, picture.bytesPerLine())[:, :200].astype(float)
    rows, columns = np.indices(light.shape) + 0.5
    middle = (columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()
    assert middle == pytest.approx((85, 135), abs=0.5)


def test_of_two_people_the_one_clicked_is_measured_and_it_can_be_taken_back(
    window: MainWindow, qtbot: QtBot, clips: Path, tmp_path: Path
) -> None:
    open_clip(window, qtbot, clips / "two", tmp_path)
    view, live = window.player.view, window.desk.live
    qtbot.waitUntil(lambda: len(view.faces.boxes) == 2)
    assert view.note == "2 faces: click the one to measure"
    for box, face in zip(view.faces.boxes, window.viewing.faces._found[1], strict=True):
        x, y = face.centre
        assert (box.rect.center().x(), box.rect.center().y()) == pytest.approx((x + 0.5, y + 0.5))
    (other,) = [box for box in view.faces.boxes if not box.chosen]
    before = live.alignment
    assert before is not None
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(window, other.rect.center().x(), other.rect.center().y()))
    assert kept_face(window).startswith("frame ")
    qtbot.waitUntil(lambda: live.alignment not in (None, before))
    assert live.alignment is not None
    assert other.rect.contains(QPointF(*live.alignment.middle))
    assert not view.faces.boxes  # it is said whose it is
    qtbot.keyClick(window, Qt.Key.Key_8, _ALT)
    qtbot.waitUntil(lambda: len(view.faces.boxes) == 2)
    (chosen,) = [box for box in view.faces.boxes if box.chosen]
    assert chosen.rect.center().x() == pytest.approx(other.rect.center().x(), abs=5)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert kept_face(window) == ""
    qtbot.waitUntil(lambda: live.alignment is not None and live.alignment.middle == pytest.approx(before.middle))


def test_clips_without_a_face_are_named_when_a_training_ends(smiling: MainWindow) -> None:
    figure = {"mean": 0.5, "sd": 0.1}
    card = {"name": "run", "protocol": "loso", "clips": 4, "seeds": [0], "features": {"left_out": {"clips/x": "why"}}}
    scores = {"held_out": {"uf1": figure}, "untrained": {"uf1": figure}}
    smiling.desk.trainer.finished.emit(None, {**card, **scores})
    panel = smiling.plots.training
    assert panel is not None
    said = next(label.text() for label in panel.findChildren(QLabel) if label.text().startswith("Trained: "))
    assert "show no face: clips/x." in said
    assert "(leave one subject out, 4 clips, 1 seed) UF1 0.500; untrained 0.500." in said  # one seed has no spread


def test_without_a_face_it_is_said_and_the_whole_frame_is_the_user_s_choice(
    window: MainWindow, qtbot: QtBot, clips: Path, tmp_path: Path
) -> None:
    open_clip(window, qtbot, clips / "nobody", tmp_path)
    panel, live = motion(window), window.desk.live
    assert live.alignment is None
    assert panel.maps() is None
    assert "No face was found" in panel._why.text()
    qtbot.mouseClick(panel.whole_frame, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.maps() is not None)
    assert live.alignment is not None
    assert live.alignment.source == "frame"
    assert kept_face(window) == "whole frame"
    assert window.actions_by_id["whole_frame"].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(live.no_face))
    assert kept_face(window) == ""
    assert panel.whole_frame.isVisible()


def test_an_overlay_that_cannot_be_shown_says_why(smiling: MainWindow, qtbot: QtBot) -> None:
    view, session = smiling.player.view, smiling.desk.session
    qtbot.keyClick(smiling, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert view.note == ""
    session.set_mark("apex", None)
    qtbot.waitUntil(lambda: "strain: mark the apex" in view.note)
    session.set_mark("onset", None)
    qtbot.waitUntil(lambda: "strain: mark the onset" in view.note)
    qtbot.keyClick(smiling, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: view.note.startswith("attention: "))
    qtbot.keyClick(smiling, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert view.note == ""


def test_a_scale_s_middle_fits_its_ends() -> None:
    assert labels(0, 1.04) == ("1.0", "0.5", "0.0")
    assert labels(-0.31, 0.31) == ("0.31", "0.00", "−0.31")
    assert labels(0, 12.4) == ("12", "6", "0")
    assert labels(0, 0) == ("0", "0", "0")
