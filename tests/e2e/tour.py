"""The whole path through the real window, by keys and mouse, with a picture of each step.

``python -m tests.e2e.tour FOLDER`` (or ``make tour``) writes the pictures; the end-to-end test runs the same.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app import places
from app.dialogs.model_card import ModelCard
from app.dialogs.retrain import RetrainDialog
from app.launch import make_application
from app.main_window import MainWindow
from mer_core.annotation import Annotation
from mer_core.clips import open_clip
from mer_core.project import Project
from tests.e2e.hands import Camera, Pulse, click, drag, opened, press, type_into, wait, wait_until

_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_TOGETHER = 8  # frames of two people side by side


class Tour:
    """One tour; each method is a stretch of the path and checks what it did."""

    def __init__(self, window: MainWindow, pictures: Path) -> None:
        self.window = window
        self.camera = Camera(pictures)
        self.figures: dict[str, float] = {}

    def run(self) -> None:
        """The path from the first start to a corrected, retrained model."""
        self.open_sample()
        self.scrub()
        self.mark()
        self.drag_the_apex()
        self.look_closer()
        self.annotate()
        self.undo_and_redo()
        self.correct_a_label()
        self.retrain()
        self.ask_the_new_model()
        self.pick_a_face()
        self.give_it_rubbish()
        self.go_dark()

    def open_sample(self) -> None:
        """First start: the sample project is made, with progress, and opens."""
        window = self.window
        wait_until(lambda: window.plots.motion is not None, "the plots are loaded")
        self.camera.take(window, "first-start")
        begun = time.monotonic()
        (button,) = [each for each in window.welcome.findChildren(QPushButton) if "sample" in each.text()]
        click(button)
        wait_until(lambda: window._sample_maker is not None and window._sample_maker.done > 5, "clips are being made")
        self.camera.take(window._sample_maker.dialog, "making-the-sample")  # type: ignore[union-attr]
        wait_until(lambda: window.desk.session.project is not None, "the sample project is open", 120)
        self.figures["sample made, s"] = time.monotonic() - begun
        assert window.clip_list.model.rowCount() == 48

    def scrub(self) -> None:
        """Choose the clip that is not yet coded, scrub by mouse, step by key."""
        window = self.window
        self.choose_row(0)
        assert window.desk.session.annotation is None
        timeline = window.player.timeline
        path = [QPoint(round(timeline.x_of(index)), 35) for index in (2, 12, 30, 22)]
        drag(timeline, path)
        wait_until(lambda: window.desk.media.index == 22, "the scrubbed frame is shown")
        window.player.view.setFocus()
        press(window, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left)
        wait_until(lambda: window.desk.media.index == 23, "the stepped frame is shown")
        self.camera.take(window, "scrubbing")

    def mark(self) -> None:
        """Mark onset, apex and offset; the motion and an answer appear."""
        window, truth = self.window, self.truth()
        for name, key in (("onset", Qt.Key.Key_O), ("apex", Qt.Key.Key_A), ("offset", Qt.Key.Key_F)):
            self.step_to(truth[name])
            press(window, key)
        wait_until(lambda: bool(window.recognition_panel.bars.probabilities), "the model answers")
        assert window.plots.motion is not None
        assert window.plots.motion.maps() is not None
        self.camera.take(window, "marked")

    def drag_the_apex(self) -> None:
        """The answer follows the apex while it is dragged; dropped back, it is as before."""
        window = self.window
        timeline, bars = window.player.timeline, window.recognition_panel.bars
        before, marks = dict(bars.probabilities), window.desk.session.marks
        assert marks.onset is not None
        start = timeline.handle_centre("apex")
        assert start is not None
        away = QPoint(round(timeline.x_of(marks.onset + 2)), round(start.y()))

        def look() -> None:
            wait_until(lambda: bars.probabilities != before, "the answer follows the dragged apex")
            self.camera.take(window, "dragging-the-apex")

        drag(timeline, [start.toPoint(), away], look)
        press(window, Qt.Key.Key_Z, modifier=_CONTROL)
        wait_until(lambda: window.desk.session.marks == marks, "the apex is back")
        wait_until(lambda: bars.probabilities == before, "the answer is as before")

    def look_closer(self) -> None:
        """All that can be laid over the face, flicker, all views of the motion, onset → current, the face's outline."""
        window = self.window
        press(window, Qt.Key.Key_Left, modifier=_CONTROL)
        for key, name in ((Qt.Key.Key_2, "attention"), (Qt.Key.Key_3, "strain")):
            press(window, key, modifier=_ALT)
            wait_until(lambda: window.player.view.overlay is not None, f"{name} lies over the face")
            self.camera.take(window, f"{name}-over-the-face")
        press(window, Qt.Key.Key_Right, modifier=_CONTROL)
        view = window.player.view
        for key, name in ((Qt.Key.Key_5, "magnified"), (Qt.Key.Key_6, "difference")):
            press(window, key, modifier=_ALT)
            wait_until(lambda name=name: view.note.startswith(name) and "display only" in view.note, f"{name} is shown")  # type: ignore[misc]
            self.camera.take(window, name)
        press(window, Qt.Key.Key_1, modifier=_ALT)
        press(window, Qt.Key.Key_7, modifier=_ALT)
        wait_until(lambda: bool(view.faces.regions), "the regions are drawn")
        self.camera.take(window, "regions")
        press(window, Qt.Key.Key_7, modifier=_ALT)
        QTest.keyPress(window, Qt.Key.Key_B)
        wait_until(lambda: view.note.startswith("flicker: apex"), "the apex flickers")
        self.camera.take(window, "flicker")
        QTest.keyRelease(window, Qt.Key.Key_B)
        assert not view.note
        motion = window.plots.motion
        assert motion is not None
        self.choose_views("Magnitude", "Arrows", "Direction wheel")
        self.camera.take(window, "magnitude-arrows-and-directions")
        self.choose_views("u: horizontal", "v: vertical", "Strain")
        click(motion.as_network)
        motion.span.setCurrentIndex(1)
        press(window, Qt.Key.Key_Right, modifier=_CONTROL)
        wait_until(lambda: motion.maps() is not None, "the motion up to the frame shown is measured")
        self.camera.take(window, "as-the-network-sees-it")
        press(window, Qt.Key.Key_4, modifier=_ALT)
        wait_until(lambda: view.faces.landmarks is not None, "the face's outline is drawn")
        self.camera.take(window, "face-outline")
        press(window, Qt.Key.Key_4, modifier=_ALT)
        press(window, Qt.Key.Key_1, modifier=_ALT)
        motion.span.setCurrentIndex(0)
        motion.as_network.setChecked(False)

    def annotate(self) -> None:
        """Say which emotion and action units it is."""
        panel, truth = self.window.annotation_panel, self.truth()
        panel.emotion.setFocus(Qt.FocusReason.TabFocusReason)
        press(self.window, Qt.Key(ord(truth["emotion"][0].upper())))
        assert panel.emotion.currentText() == truth["emotion"]
        type_into(panel.action_units, truth["aus"])
        type_into(panel.notes, "clear onset")
        annotation = self.window.desk.session.annotation
        assert annotation is not None
        assert (annotation.emotion, annotation.action_units) == (truth["emotion"], truth["aus"])
        self.camera.take(self.window, "annotated")

    def undo_and_redo(self) -> None:
        """Take everything back to the first mark, and do it again."""
        stack = self.window.desk.session.undo_stack
        self.window.player.view.setFocus()
        done = self.window.desk.session.annotation
        while stack.canUndo():
            press(self.window, Qt.Key.Key_Z, modifier=_CONTROL)
        assert self.window.desk.session.annotation is None
        while self.window.desk.session.annotation != done:
            assert stack.canRedo()
            press(self.window, Qt.Key.Key_Y, modifier=_CONTROL)
        assert self.on_disk(1) == done

    def correct_a_label(self) -> None:
        """The second clip was coded wrongly: the model says otherwise, the coder agrees."""
        window = self.window
        self.choose_row(1)
        truth = self.truth()
        assert window.desk.session.annotation is not None
        assert window.desk.session.annotation.emotion != truth["emotion"]
        wait_until(lambda: bool(window.recognition_panel.bars.probabilities), "the model answers")
        self.camera.take(window, "a-wrong-label")
        window.annotation_panel.emotion.setCurrentText(truth["emotion"])
        kept = self.on_disk(2)
        assert kept is not None
        assert kept.emotion == truth["emotion"]

    def retrain(self) -> None:
        """Retrain from the menu, by the paper's method; the window stays smooth and is worked in meanwhile."""
        window, trainer = self.window, self.window.desk.trainer
        window.player.view.setFocus()
        press(window, Qt.Key.Key_R, modifier=_CONTROL)
        dialog = opened(window, RetrainDialog)
        self.camera.take(dialog, "what-to-train-on")
        dialog.method.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(dialog.method, Qt.Key.Key_Down)
        assert dialog.method.currentData() == "mr-uamf"
        self.camera.take(dialog, "by-which-method")
        epochs: list[dict] = []
        ends: list[str] = []
        trainer.epoch.connect(epochs.append)
        trainer.finished.connect(lambda *_: ends.append("finished"))
        trainer.failed.connect(ends.append)
        begun = time.monotonic()
        click(dialog.train_button)
        wait_until(lambda: bool(epochs), "the first epoch is over", 120)
        self.figures["to the first epoch, s"] = time.monotonic() - begun
        pulse = Pulse()
        pulse.start()
        pictured = False
        while not ends:
            press(window, Qt.Key.Key_Right)
            wait(30)
            if len(epochs) >= 20 and not pictured:
                pictured = True
                self.figures["longest freeze while training, ms"] = pulse.stop()
                self.camera.take(window, "retraining")
                pulse.start()
            assert time.monotonic() - begun < 600, "the training takes too long"
        self.figures["longest freeze while training, ms"] = max(
            self.figures.get("longest freeze while training, ms", 0), pulse.stop()
        )
        self.figures["trained, s"] = time.monotonic() - begun
        assert ends == ["finished"], ends
        self.camera.take(window, "retrained")

    def ask_the_new_model(self) -> None:
        """The new model answers at once; its card says how well it does on people it has not seen."""
        window = self.window
        assert window.desk.model is not None
        assert window.desk.model.parent.name == "runs"
        self.choose_row(0)
        wait_until(lambda: bool(window.recognition_panel.bars.probabilities), "the new model answers")
        self.camera.take(window, "the-new-model-answers")
        click(window.recognition_panel.card_button)
        dialog = opened(window, ModelCard)
        self.camera.take(dialog, "its-card")
        dialog.close()
        card = json.loads((window.desk.model / "card.json").read_text(encoding="utf-8"))
        trained, untrained = card["held_out"]["uf1"], card["untrained"]["uf1"]
        self.figures["held-out UF1"], self.figures["its sd"] = trained["mean"], trained["sd"]
        self.figures["held-out UF1 untrained"], self.figures["its sd untrained"] = untrained["mean"], untrained["sd"]
        margin = trained["mean"] - untrained["mean"]
        assert len(card["seeds"]) >= 3
        assert margin > 0.2 + 3 * (trained["sd"] + untrained["sd"]), f"UF1 {trained} trained, {untrained} untrained"

    def pick_a_face(self) -> None:
        """A clip of two people: both are boxed, the one clicked is measured."""
        window, folder = self.window, places.data_folder() / "two people"
        folder.mkdir()
        sides = [sorted((places.sample_project() / "clips" / each).iterdir())[0] for each in ("sub01", "sub02")]
        with open_clip(sides[0]) as left, open_clip(sides[1]) as right:
            for index in range(_TOGETHER):
                both = np.hstack([left.read(index), right.read(index)])
                assert cv2.imwrite(str(folder / f"{index}.png"), both[..., ::-1])
        window.open_paths([folder])
        view, live = window.player.view, window.desk.live
        wait_until(lambda: len(view.faces.boxes) == 2, "both faces are boxed")
        self.camera.take(window, "two-faces")
        (other,) = [box for box in view.faces.boxes if not box.chosen]
        before = live.alignment
        click(view, view._transform().map(other.rect.center()).toPoint())
        wait_until(lambda: live.alignment not in (None, before), "the other is measured")
        assert live.alignment is not None
        assert other.rect.contains(QPointF(*live.alignment.middle))
        press(window, *[Qt.Key.Key_Z] * 2, modifier=_CONTROL)  # the choice, and the clip
        assert window.clip_list.model.rowCount() == 48
        self.choose_row(0)

    def give_it_rubbish(self) -> None:
        """A text file named .mp4: one sentence, and everything as before."""
        window = self.window
        rubbish = places.data_folder() / "notes.mp4"
        rubbish.write_text("these are my notes\n", encoding="utf-8")
        window.open_paths([rubbish])
        wait_until(lambda: bool(window.notice.text), "the problem is told")
        self.camera.take(window, "rubbish-is-refused")
        window.notice.hide()

    def go_dark(self) -> None:
        """The same in the other colours."""
        for name in ("dark", "light"):
            self.window.actions_by_id[f"theme_{name}"].trigger()
            press(self.window, Qt.Key.Key_2, modifier=_ALT)
            self.camera.take(self.window, name)

    # Help

    def choose_views(self, *names: str) -> None:
        """Show these pictures of the motion and no others."""
        motion = self.window.plots.motion
        assert motion is not None
        for name, action in motion.view_actions.items():  # the last one cannot be taken away
            action.setChecked(name in names or action.isChecked())
        for name, action in motion.view_actions.items():
            action.setChecked(name in names)
        wait(150)  # they are given their room

    def choose_row(self, row: int) -> None:
        """Click a clip in the list and wait for its face to be found."""
        table, live = self.window.clip_list.table, self.window.desk.live
        rectangle = table.visualRect(table.model().index(row, 0))
        click(table.viewport(), rectangle.center())
        chosen = self.window.desk.session.clip
        assert chosen is not None
        assert chosen.id == row + 1
        wait_until(lambda: self.window.desk.media.clip is not None, "the clip is open")
        wait_until(lambda: live.alignment is not None, "the face is found")

    def step_to(self, index: int) -> None:
        """Go to a frame by keys alone."""
        media = self.window.desk.media
        press(self.window, Qt.Key.Key_Home)
        shift = Qt.KeyboardModifier.ShiftModifier
        press(self.window, *[Qt.Key.Key_Right] * (index // 10), modifier=shift)
        press(self.window, *[Qt.Key.Key_Right] * (index % 10))
        wait_until(lambda: media.index == index, f"frame {index} is shown")

    def truth(self) -> dict:
        """What was put into the clip shown."""
        clip = self.window.desk.session.clip
        assert clip is not None
        rows = json.loads((places.sample_project() / "truth.json").read_text(encoding="utf-8"))
        return next(row for row in rows if row["path"] == clip.path)

    def on_disk(self, clip: int) -> Annotation | None:
        """The clip's annotation as another process reads it."""
        with Project.open(places.sample_project()) as project:
            found = project.annotations(clip)
        return found[0] if found else None


def main(pictures: Path) -> None:
    """Tour with a home of its own, so that the user's projects are not touched."""
    application = make_application()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MER_STUDIO_HOME"] = home
        window = MainWindow()
        window.resize(1280, 800)
        window.show()
        window.activateWindow()
        window.plots.load()
        print(f"Pictures in {pictures}:")
        tour = Tour(window, pictures)
        try:
            tour.run()
        finally:
            window.close()
            application.processEvents()
        for name, value in tour.figures.items():
            print(f"{name}: {value:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
