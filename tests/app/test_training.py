"""Retraining from the menu: it can be stopped, cancelled, and can crash; coding goes on meanwhile."""

import json
import math
import shutil
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLabel, QLineEdit, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from app.dialogs.model_card import ModelCard, card_html
from app.dialogs.retrain import RetrainDialog
from app.line_label import LineLabel
from app.main_window import MainWindow
from app.panels.training import TrainingPanel
from mer_core.cli import main
from mer_core.models.cards import read_card
from mer_core.models.held_out_answers import PREDICTIONS
from mer_core.models.history import HISTORY, read_history
from mer_core.project.models import DEFAULT_MODEL
from tests.core.public_ststnet import trained_ststnet
from tests.e2e.hands import opened


@pytest.fixture
def trainee(window: MainWindow, small_sample: Path, tmp_path: Path) -> MainWindow:
    """The window on a copy of the small sample project."""
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    window.open_paths([folder])
    assert window.desk.session.project is not None
    return window


def begin(window: MainWindow, qtbot: QtBot, epochs: int, method: str | None = None, name: str = "") -> None:
    """Open the dialog by its key, choose a method, set epochs and name, press Train, wait for the first epoch."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = opened(window, RetrainDialog)
    if method is not None:
        dialog.method.setCurrentIndex(dialog.method.findData(method))
    dialog.epochs.setValue(epochs)
    dialog.seeds.setValue(1)
    dialog.name.setText(name)
    with qtbot.waitSignal(window.desk.trainer.epoch):
        qtbot.mouseClick(dialog.train_button, Qt.MouseButton.LeftButton)


def runs(window: MainWindow) -> list[Path]:
    """All that lies in the project's folder of runs, finished or not."""
    project = window.desk.session.project
    assert project is not None
    return sorted(project.runs.iterdir()) if project.runs.is_dir() else []


def test_stop_keeps_the_model_so_far(trainee: MainWindow, qtbot: QtBot) -> None:
    begin(trainee, qtbot, 1000)
    panel = trainee.plots.training
    assert panel is not None
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    (run,) = runs(trainee)
    assert trainee.desk.model == run
    card = read_card(run)
    assert card["stopped_early"] is True
    assert card["epochs"] < 1000
    assert card["clips"] == 11  # one of the twelve is left uncoded


def test_cancel_deletes_the_run_and_keeps_the_old_model(trainee: MainWindow, qtbot: QtBot) -> None:
    before = trainee.desk.model
    begin(trainee, qtbot, 1000)
    panel = trainee.plots.training
    assert panel is not None
    with qtbot.waitSignal(trainee.desk.trainer.cancelled):
        qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    assert runs(trainee) == []
    assert trainee.desk.model == before
    assert not trainee.desk.trainer.running


def test_a_crash_costs_the_run_and_not_the_window(trainee: MainWindow, qtbot: QtBot) -> None:
    begin(trainee, qtbot, 1000)
    process = trainee.desk.trainer._process
    assert process is not None
    with qtbot.waitSignal(trainee.desk.trainer.failed):
        process._process.kill()
    assert "without a model" in trainee.notice.text
    assert trainee.isVisible()
    assert trainee.actions_by_id["retrain"].isEnabled()
    begin(trainee, qtbot, 2)  # what the killed one left behind does not stand in the way
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass


def test_labels_changed_meanwhile_are_for_the_next_training(trainee: MainWindow, qtbot: QtBot) -> None:
    session = trainee.desk.session
    begin(trainee, qtbot, 3)
    session.choose_clip(3)
    session.annotate("emotion", "others")
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass
    (run,) = runs(trainee)
    assert read_card(run)["clips"] == 11
    assert session.annotation is not None
    assert session.annotation.emotion == "others"


def test_closing_the_window_ends_the_training(trainee: MainWindow, qtbot: QtBot) -> None:
    begin(trainee, qtbot, 1000)
    project = trainee.desk.session.project
    assert project is not None
    folder = project.runs
    trainee.close()
    assert not trainee.desk.trainer.running
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_fu_mix_s_first_training_is_told_apart_in_the_chart(trainee: MainWindow, qtbot: QtBot) -> None:
    panel = trainee.plots.training
    assert panel is not None
    stages: list[str] = []
    trainee.desk.trainer.epoch.connect(lambda message: stages.append(message["stage"]))
    begin(trainee, qtbot, 2, "mr-uamf")
    assert panel._first_runs[0].isVisible()
    assert (panel._shade.text(), panel._shade.isVisible()) == ("FU-MIX's first training", True)
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass
    first = stages.count("trajectory")
    assert panel.progress.format().startswith(f"epoch %v of %m, {first} of them FU-MIX's first")
    assert read_card(runs(trainee)[0])["first_epochs"] == first
    assert stages == ["trajectory"] * first + ["training"] * 2
    for region, plot in zip(panel._first_runs, (panel._loss, panel._score), strict=True):
        assert region.getRegion() == (0.5, first + 0.5)
        assert plot.legend is None  # what is drawn how stands in the title, over nothing
    for curve in panel._curves.values():
        epochs, values = curve.getData()
        assert list(epochs) == [*range(1, first + 1), first + 0.5, first + 1, first + 2]
        assert [index for index, value in enumerate(values) if math.isnan(value)] == [first]
    panel.start()
    assert not panel._first_runs[0].isVisible()
    assert not panel._shade.isVisible()
    panel.set_running(False)


def test_the_time_left_is_told_once_it_is_known(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.start()
    now = [100.0]
    monkeypatch.setattr("app.panels.training.time.monotonic", lambda: now[0])
    told = []
    for epoch, at in ((1, 100), (2, 101), (3, 102.5), (11, 110), (12, 120)):
        now[0] = at
        panel.show_epoch({"epoch": epoch, "epochs": 12, "stage": "training"})
        told.append(panel.progress.format())
    plain = "epoch %v of %m"
    assert told == [plain, plain, f"{plain}, about 11 s left", f"{plain}, about 1 s left", plain]


def test_the_card_tells_fu_mix_s_first_epochs_apart() -> None:
    card = read_card(DEFAULT_MODEL)
    settings = {**card["settings"], "epochs": 300}
    stopped = {**card, "settings": settings, "epochs": 55, "first_epochs": 10, "stopped_early": True}
    assert "45 of 300 (stopped early) epochs after 10 of FU-MIX's first training, seeds" in card_html(stopped)
    assert "60 epochs, seeds" in card_html(card)
    assert "found on these same clips" in card_html(card)  # what of its settings was, and what that changes


def test_the_card_lists_doubtful_clips_and_leaves_out_what_is_not_known() -> None:
    entry = {"clip": "c", "label": "positive", "held_out_prediction": "surprise", "held_out_probability": 0.891}
    page = card_html({**read_card(DEFAULT_MODEL), "uncertain": [{**entry, "uncertainty": 0.25}] * 21})
    assert page.count("<td>c</td><td>positive</td><td>surprise, 89%</td><td>25%</td>") == 20
    assert "and 1 more" in page
    unrecorded = {**entry, "uncertainty": None}
    page = card_html({**read_card(DEFAULT_MODEL), "uncertain": [unrecorded]})
    assert "<td>surprise, 89%</td><td></td>" in page
    assert " more</p>" not in page


def test_an_answer_on_a_clip_learnt_from_says_so_and_a_long_name_widens_nothing(
    trainee: MainWindow, qtbot: QtBot
) -> None:
    panel, session = trainee.recognition_panel, trainee.desk.session
    session.choose_clip(2)
    qtbot.waitUntil(lambda: bool(panel.bars.probabilities))
    assert not panel._learnt.isVisible()  # the shipped model has not learnt from it
    called = "Coder A, second pass, after the consensus meeting; " * 3
    begin(trainee, qtbot, 2, name=called)
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass
    qtbot.waitUntil(panel._learnt.isVisible)
    (run,) = runs(trainee)
    assert session.clip is not None
    (entry,) = [each for each in json.loads((run / PREDICTIONS).read_text()) if each["clip"] == session.clip.path]
    best = max(entry["probabilities"])
    name = read_card(run)["classes"][entry["probabilities"].index(best)]
    assert panel._learnt.text().endswith(f"Without its subject it said {name}, {best:.0%}.")
    width = panel.minimumSizeHint().width()
    panel.show_model("A")
    assert panel.minimumSizeHint().width() == width
    panel.show_model(called)
    said, folder = panel._learnt.text(), session.clip.path
    assert session.project is not None
    session.edit_clip(session.clip, path=f"elsewhere/{Path(folder).name}")  # moved, and located
    assert panel._learnt.text() == said
    session.edit_clip(session.clip, subject="sub99")
    qtbot.waitUntil(lambda: not panel._learnt.isVisible())
    (shown,) = [label for label in panel.findChildren(LineLabel) if label.text().startswith("Model: Coder A")]
    assert shown.minimumSizeHint().width() == 0


def test_the_coder_s_class_is_marked_as_it_is_now(trainee: MainWindow, qtbot: QtBot) -> None:
    session, bars = trainee.desk.session, trainee.recognition_panel.bars
    session.choose_clip(2)
    qtbot.waitUntil(lambda: bool(bars.probabilities))
    emotion = trainee.annotation_panel.emotion
    marks = {"happiness": "positive", "disgust": "negative", "others": None, "surprise": "surprise"}
    for word, marked in marks.items():
        emotion.setCurrentIndex(emotion.findText(word))
        assert bars._coded == marked
    qtbot.keyClick(trainee, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bars._coded is None


def test_the_card_names_the_method_as_people_do_and_the_command_by_its_id(trainee: MainWindow, qtbot: QtBot) -> None:
    trainee.desk.session.choose_clip(2)
    qtbot.mouseClick(trainee.recognition_panel.card_button, Qt.MouseButton.LeftButton)
    dialog = opened(trainee, ModelCard)
    said = dialog.page.toPlainText()
    assert "MR-UAMF+, made " in said
    assert said.count("mr-uamf-plus") == 1
    assert "--method mr-uamf-plus" in said
    dialog.reject()


def test_the_card_leads_to_the_clips_worth_another_look(trainee: MainWindow, qtbot: QtBot) -> None:
    session = trainee.desk.session
    session.choose_clip(2)
    begin(trainee, qtbot, 3)
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass
    (run,) = runs(trainee)
    asked = {
        each["clip"]: f"sample / {each['subject']} / {Path(each['clip']).name}" for each in read_card(run)["uncertain"]
    }
    assert asked
    for _ in range(2):  # the second in place of the first
        qtbot.mouseClick(trainee.recognition_panel.card_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(trainee.findChildren(ModelCard)) == 1)
    page = opened(trainee, ModelCard).page
    for path, said in list(asked.items())[:2]:
        cursor = page.document().find(said)
        assert not cursor.isNull()
        cursor.setPosition(cursor.position() - 2)
        page.setTextCursor(cursor)
        page.ensureCursorVisible()
        qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=page.cursorRect(cursor).center())
        assert session.clip is not None
        assert session.clip.path == path
    assert session.project is not None
    session.remove_shown_clip()
    with qtbot.waitSignal(trainee.asking.problem) as told:
        qtbot.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=page.cursorRect(cursor).center())
    assert told.args == [f"The clip {path} is not in the project that is open now."]


def test_a_model_is_renamed_and_deleted_from_its_card(
    trainee: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # where the trash is
    (answers,) = [menu for menu in trainee.actions_by_id.menus["Model"].findChildren(QMenu) if "Answer" in menu.title()]
    trainee.desk.session.choose_clip(2)
    trainee.asking.show_card()
    shipped = opened(trainee, ModelCard)
    assert not shipped.rename_button.isVisible()  # it stays as it is
    assert not shipped.delete_button.isVisible()
    begin(trainee, qtbot, 2, name="First try")
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        pass
    (run,) = runs(trainee)
    weights = (run / "weights.safetensors").read_bytes()

    trainee.asking.show_card()
    qtbot.waitUntil(lambda: any(card.rename_button.isVisible() for card in trainee.findChildren(ModelCard)))
    (card,) = [card for card in trainee.findChildren(ModelCard) if card.rename_button.isVisible()]
    qtbot.mouseClick(card.rename_button, Qt.MouseButton.LeftButton)
    renaming = opened(card, QInputDialog)
    assert renaming.textValue() == "First try"
    (field,) = renaming.findChildren(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "  After the consensus ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert read_card(run)["name"] == "After the consensus"
    assert next(each.text() for each in answers.actions()) == "After the consensus"
    qtbot.waitUntil(lambda: len(trainee.findChildren(ModelCard)) == 1)
    card = opened(trainee, ModelCard)
    assert "After the consensus" in card.windowTitle()
    assert (run / "weights.safetensors").read_bytes() == weights

    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Cancel)
    qtbot.mouseClick(card.delete_button, Qt.MouseButton.LeftButton)
    assert runs(trainee) == [run]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    qtbot.mouseClick(card.delete_button, Qt.MouseButton.LeftButton)
    assert runs(trainee) == []
    assert [path.name for path in (tmp_path / "data").rglob("weights.safetensors")] == ["weights.safetensors"]
    assert trainee.desk.model == DEFAULT_MODEL
    assert [each.isChecked() for each in answers.actions()] == [True]
    qtbot.waitUntil(lambda: bool(trainee.recognition_panel.bars.probabilities))


def test_a_card_that_cannot_be_written_keeps_its_name(trainee: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    with qtbot.waitSignal(trainee.desk.problem) as told:
        trainee.desk.rename_model(tmp_path / "gone", "new")
    assert "There is no model in" in told.args[0]
    model = tmp_path / "model"
    shutil.copytree(DEFAULT_MODEL, model)
    (model / ".card.json.partial").mkdir()  # nothing can be written there
    with qtbot.waitSignal(trainee.desk.problem) as told:
        trainee.desk.rename_model(model, "new")
    assert "cannot be written" in told.args[0]
    assert told.args[0].endswith("its name stays.")
    assert read_card(model) == read_card(DEFAULT_MODEL)
    with qtbot.waitSignal(trainee.desk.problem) as told:
        trainee.desk.delete_model(tmp_path / "never")
    assert "delete the folder" in told.args[0]


def test_a_public_checkpoint_answers_from_the_menu_and_its_card_claims_nothing(
    window: MainWindow, small_sample: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    torch.save(trained_ststnet().state_dict(), tmp_path / "sub01.pth")
    window.open_paths([folder])
    assert main(["checkpoint", str(tmp_path / "sub01.pth"), "--out", str(folder / "runs" / "public")]) == 0
    (answers,) = [menu for menu in window.actions_by_id.menus["Model"].findChildren(QMenu) if "Answer" in menu.title()]
    answers.popup(window.pos())
    qtbot.waitUntil(answers.isVisible)
    answers.close()
    (action,) = [each for each in answers.actions() if each.text() == "STSTNet, sub01"]
    action.trigger()
    window.desk.session.choose_clip(2)
    qtbot.waitUntil(lambda: bool(window.recognition_panel.bars.probabilities))
    assert window.desk.model == folder / "runs" / "public"
    assert "On what flow this model was trained is not known" in window.recognition_panel._warnings.text()
    qtbot.mouseClick(window.recognition_panel.card_button, Qt.MouseButton.LeftButton)
    dialog = opened(window, ModelCard)
    said = dialog.page.toPlainText()
    assert "STSTNet, made " in said
    assert "the public checkpoint sub01.pth" in said
    assert "No figures on held-out people are known" in said
    dialog.reject()


def test_too_few_labels_are_said_before_training(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.desk.session.create_project(tmp_path / "empty", "anna")
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = opened(window, RetrainDialog)
    assert not dialog.train_button.isEnabled()
    dialog.reject()


def test_clips_left_out_are_named(trainee: MainWindow) -> None:
    """The first few of each reason, told apart where subjects have clips of one name."""
    session = trainee.desk.session
    assert session.project is not None
    first, *clips = session.project.clips()[:7]
    for clip in clips:
        session.choose_clip(clip.id)
        trainee.annotation_panel.emotion.setCurrentIndex(0)
    trainee.asking.for_training()
    dialog = opened(trainee, RetrainDialog)
    uncoded, *named = ("/".join(clip.path.split("/")[-2:]) for clip in [first, *clips[:4]])
    assert f"<li>6 × no emotion chosen: {', '.join(named)} and 2 more</li>" in dialog._text.text()
    assert f"<li>1 × not annotated: {uncoded}</li>" in dialog._text.text()
    dialog.reject()


def test_our_own_best_is_trained_unless_the_user_says_otherwise(trainee: MainWindow, qtbot: QtBot) -> None:
    trainee.activateWindow()
    qtbot.waitUntil(trainee.isActiveWindow)
    qtbot.keyClick(trainee, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = opened(trainee, RetrainDialog)
    assert dialog.name.text().startswith("MR-UAMF+, ")
    assert (dialog.epochs.value(), dialog.seeds.value()) == (60, 5)
    assert "as the shipped model does" in dialog.about.text()
    qtbot.keyClick(dialog.method, Qt.Key.Key_Down)
    assert dialog.name.text().startswith("MR-UAMF, ")
    assert (dialog.epochs.value(), dialog.seeds.value()) == (30, 3)
    assert "FU-MIX" in dialog.about.text()
    assert dialog.fu_mix.isVisible()
    qtbot.waitUntil(lambda: dialog.about.height() >= dialog.about.heightForWidth(dialog.about.width()))
    assert dialog.fu_mix.width() >= dialog.fu_mix.sizeHint().width()  # nothing is cut off
    qtbot.keyClick(dialog.method, Qt.Key.Key_Up)
    assert dialog.name.text().startswith("MR-UAMF+, ")
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "Before the holidays")
    assert not dialog.fu_mix.isVisible()
    dialog.epochs.setValue(2)
    dialog.seeds.setValue(1)
    with qtbot.waitSignal(trainee.desk.trainer.finished):
        qtbot.mouseClick(dialog.train_button, Qt.MouseButton.LeftButton)
    (run,) = runs(trainee)
    assert read_card(run)["method"] == "mr-uamf-plus"
    assert read_card(run)["name"] == "Before the holidays"
    (answers,) = [menu for menu in trainee.actions_by_id.menus["Model"].findChildren(QMenu) if "Answer" in menu.title()]
    assert next((each.text(), each.isChecked()) for each in answers.actions()) == ("Before the holidays", True)
    assert any(label.text() == "Model: Before the holidays" for label in trainee.recognition_panel.findChildren(QLabel))


def test_the_classes_to_learn_are_chosen_by_label_map(trainee: MainWindow) -> None:
    trainee.asking.for_training()
    dialog = opened(trainee, RetrainDialog)
    assert dialog.label_map.currentData() == "megc2019"
    dialog.label_map.setCurrentIndex(dialog.label_map.findData("own"))
    options = dialog.options
    assert options[options.index("--label-map") + 1] == "own"
    assert "disgust" in dialog._text.text()
    dialog.reject()


def test_how_the_model_in_use_was_trained_is_shown_when_the_project_is_opened_again(
    trainee: MainWindow, qtbot: QtBot
) -> None:
    panel, desk = trainee.plots.training, trainee.desk
    assert panel is not None
    assert panel._state.text() == "No training yet: Model › Retrain…"
    begin(trainee, qtbot, 3, "mr-uamf", name="Mine")
    with qtbot.waitSignal(desk.trainer.finished):
        pass
    shown = {key: [list(map(str, axis)) for axis in curve.getData()] for key, curve in panel._curves.items()}
    shaded = panel._first_runs[0].getRegion()
    assert desk.session.project is not None
    folder = desk.session.project.folder
    trainee.actions_by_id["close_project"].trigger()
    qtbot.waitUntil(lambda: panel._state.text() == "No training yet: Model › Retrain…")
    assert not panel._graphics.isVisibleTo(panel)
    trainee.open_paths([folder])
    qtbot.waitUntil(lambda: panel._state.text().startswith("Trained: Mine. On held-out subjects"))
    assert panel._graphics.isVisibleTo(panel)
    assert {key: [list(map(str, axis)) for axis in curve.getData()] for key, curve in panel._curves.items()} == shown
    assert panel._first_runs[0].getRegion() == shaded
    assert not panel.progress.isVisibleTo(panel)
    desk.use_model(DEFAULT_MODEL)
    qtbot.waitUntil(lambda: panel._state.text() == "No training yet: Model › Retrain…")


@pytest.mark.parametrize(
    "damage", ["", "{", '{"epoch": 1}\n', "[]\n", '{"epoch": "x", "epochs": 2, "stage": "training"}']
)
def test_a_history_that_cannot_be_read_is_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / HISTORY).write_text(damage, encoding="utf-8")
    assert read_history(tmp_path) == []
    assert read_history(tmp_path / "absent") == []


def test_a_history_that_comes_after_its_project_was_closed_is_not_shown(trainee: MainWindow, qtbot: QtBot) -> None:
    panel, desk = trainee.plots.training, trainee.desk
    assert panel is not None
    begin(trainee, qtbot, 2)
    with qtbot.waitSignal(desk.trainer.finished):
        pass
    qtbot.waitUntil(lambda: not trainee.plots._worker.busy)
    desk.use_model(runs(trainee)[0])  # is being read now
    trainee.actions_by_id["close_project"].trigger()
    qtbot.waitUntil(lambda: not trainee.plots._worker.busy)
    assert panel._state.text() == "No training yet: Model › Retrain…"
