"""Export, feature files, codings that come back and packed projects, from the menu, as a user does it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import jobs
from app.child_job import ChildJob
from app.dialogs.export_dialog import ExportDialog
from app.dialogs.export_features import FeatureDialog
from app.dialogs.export_reading import ReadingDialog
from app.main_window import MainWindow
from mer_core.clips import open_clip
from mer_core.export.coding import project_coding
from mer_core.export.formats import read_coding
from mer_core.export.pack import pack_project
from mer_core.features import read_features
from mer_core.project import Change
from tests.core.coded_project import coded_project, said
from tests.e2e.hands import opened


@pytest.fixture
def coded(window: MainWindow, small_sample: Path, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """The window on a coded project, its third clip shown."""
    folder = coded_project(small_sample, tmp_path / "project")
    window.settings.setValue("export_folder", str(tmp_path))
    window.open_paths([folder])
    window.desk.session.choose_clip(3)
    qtbot.waitUntil(lambda: window.desk.media.clip is not None)
    return window


def ask(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    """The export dialog, opened by its key."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return opened(window, ExportDialog)


def choose(dialog: ExportDialog, qtbot: QtBot, name: str) -> None:
    """Click a format in the list."""
    dialog.choose(name)
    item = dialog.formats.currentItem()
    qtbot.mouseClick(
        dialog.formats.viewport(), Qt.MouseButton.LeftButton, pos=dialog.formats.visualItemRect(item).center()
    )
    assert dialog.choice.name == name


def export(window: MainWindow, qtbot: QtBot, dialog: ExportDialog) -> None:
    """Press Export and wait for what is said."""
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert window.exporting.job is not None
    with qtbot.waitSignal(window.exporting.job.ended):
        pass


def cancel(job: ChildJob, qtbot: QtBot) -> None:
    """Press Cancel and wait until it is done."""
    (button,) = job.dialog.findChildren(QPushButton)
    with qtbot.waitSignal(job.cancelled):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def listed(dialog: ExportDialog) -> list[str]:
    """What the dialog says is lost."""
    return [dialog.losses.item(row).text() for row in range(dialog.losses.count())]


def test_what_is_lost_is_listed_before_and_the_file_is_whole(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "casme2")
    qtbot.waitUntil(lambda: bool(listed(dialog)))
    assert any("by “ben @ lab”" in each for each in listed(dialog))
    choose(dialog, qtbot, "csv")
    qtbot.waitUntil(lambda: not any("CASME" in each for each in listed(dialog)))
    choose(dialog, qtbot, "json")
    qtbot.waitUntil(lambda: listed(dialog) == [])
    assert dialog.place.path == tmp_path / "project coding.json"
    qtbot.waitUntil(lambda: dialog._heading.text() == "Nothing is lost but the history of edits.")
    dialog.settings.history.setChecked(True)
    qtbot.waitUntil(lambda: dialog._heading.text() == "Nothing is lost.")
    export(coded, qtbot, dialog)
    assert coded.notice.text.startswith("12 clips are in")
    assert said(read_coding(tmp_path / "project coding.json")) == said(project_coding(tmp_path / "project"))


def test_what_was_written_is_shown_in_its_folder(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def show(url: QUrl) -> bool:
        shown.append(url.toLocalFile())
        return len(shown) < 3

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    for name in ("csv", "eaf", "json"):  # a file, a folder of files
        dialog = ask(coded, qtbot)
        choose(dialog, qtbot, name)
        export(coded, qtbot, dialog)
        assert coded.notice.button.text() == "Show in folder"
        qtbot.mouseClick(coded.notice.button, Qt.MouseButton.LeftButton)
    assert shown == [str(tmp_path), str(tmp_path / "project ELAN"), str(tmp_path)]
    assert "No file manager opens" in coded.notice.text


def test_what_needs_an_open_clip_says_so(coded: MainWindow, qtbot: QtBot) -> None:
    coded.desk.session.remove_shown_clip()
    dialog = ask(coded, qtbot)
    greyed = [
        item
        for row in range(dialog.formats.count())
        if not (item := dialog.formats.item(row)).flags() & Qt.ItemFlag.ItemIsEnabled
    ]
    assert [item.text() for item in greyed] == [
        "Clip as frames\n(no clip is open)",
        "Clip as a video\n(no clip is open)",
    ]
    assert all("no clip is open: choose a clip first" in item.toolTip() for item in greyed)
    dialog.reject()


def test_one_coder_and_one_clip(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "eaf")
    dialog.settings.coders.setCurrentText("ben @ lab")
    dialog.settings.clips.setCurrentIndex(1)
    export(coded, qtbot, dialog)
    (clip,) = read_coding(tmp_path / "project ELAN").clips
    assert {each.coder for each in clip.annotations} == {"ben @ lab"}


def test_the_clip_from_mark_to_mark(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "video")
    marks, clip = coded.desk.session.marks, coded.desk.media.clip
    assert clip is not None
    assert marks.onset is not None
    assert marks.offset is not None
    assert (dialog.settings.first.value(), dialog.settings.last.value()) == (
        clip.numbers[marks.onset],
        clip.numbers[marks.offset],
    )
    assert "its frame 0 is frame" in listed(dialog)[0]
    dialog.settings.last.setValue(clip.numbers[marks.onset + 4])
    export(coded, qtbot, dialog)
    with open_clip(tmp_path / "EP01_03_cut.mkv") as cut:
        assert len(cut) == 5


def test_bad_places_are_said_in_the_window(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "json")
    dialog.place.line.clear()
    assert not dialog.export_button.isEnabled()
    qtbot.keyClicks(dialog.place.line, str(tmp_path / "project" / "clips" / "sub01" / "EP01_03" / "coding.json"))
    export(coded, qtbot, dialog)
    assert "lies in the clip EP01_03" in coded.notice.text
    assert coded.actions_by_id["export"].isEnabled()


def test_a_file_that_is_there_is_replaced_only_when_asked(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project coding.json").write_text("mine")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    dialog = ask(coded, qtbot)
    dialog.settings.history.setChecked(True)
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert coded.exporting.job is None
    assert (tmp_path / "project coding.json").read_text() == "mine"
    assert dialog.isVisible()  # all that was chosen is still there
    assert dialog.settings.history.isChecked()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    export(coded, qtbot, dialog)
    assert said(read_coding(tmp_path / "project coding.json")) == said(project_coding(tmp_path / "project"))


def test_packed_cancelled_packed_again_and_opened_elsewhere(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project_coding(tmp_path / "project")
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "pack")
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    job = coded.exporting.job
    assert job is not None
    cancel(job, qtbot)
    archive = tmp_path / "project packed.merproject"
    assert not archive.exists()
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "pack")
    export(coded, qtbot, dialog)
    assert archive.is_file()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(archive), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "elsewhere"), ""))
    coded.actions_by_id["open_packed"].trigger()
    job = coded.exporting.job
    assert job is not None
    with qtbot.waitSignal(job.ended):
        pass
    project = coded.desk.session.project
    assert project is not None
    assert project.folder == tmp_path / "elsewhere"
    after = project_coding(project.folder)
    assert [each[1] for each in said(after).values()] == [each[1] for each in said(before).values()]


@pytest.mark.parametrize("way", ["dropped", "read as a coding"])
def test_a_packed_project_leads_to_where_it_is_opened(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    archive = tmp_path / "Lab's.merproject"
    pack_project(tmp_path / "project", archive, clips=False)
    asked: list[str] = []

    def where(_parent: QWidget, title: str, suggested: str, _kinds: str) -> tuple[str, str]:
        asked.extend([title, suggested])
        return str(tmp_path / "elsewhere"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", where)
    if way == "dropped":
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(archive))])
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        coded.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, button, keys))
    else:
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(archive), ""))
        coded.actions_by_id["read_coding"].trigger()
    assert asked == ["A new folder for the project", str(tmp_path / "Lab's")]
    job = coded.exporting.job
    assert job is not None
    coded.open_paths([archive])
    assert "when the work under way has ended" in coded.notice.text
    with qtbot.waitSignal(job.ended):
        pass
    project = coded.desk.session.project
    assert project is not None
    assert project.folder == tmp_path / "elsewhere"


def test_a_coding_comes_back_as_one_edit_that_can_be_undone(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = coded.desk.session
    file = tmp_path / "project coding.json"
    export(coded, qtbot, ask(coded, qtbot))
    assert session.annotation is not None
    kept = session.annotation
    session.annotate("emotion", "contempt")
    session.choose_clip(4)
    session.remove_expression()
    session.choose_clip(3)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    coded.actions_by_id["read_coding"].trigger()
    dialog = opened(coded, ReadingDialog)
    assert dialog.differing.count() == 1
    assert "“contempt” → “surprise”" in dialog.differing.item(0).text()
    qtbot.keyClick(dialog.take, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.take_button, Qt.MouseButton.LeftButton)
    assert session.project is not None
    assert session.project.annotations(3, session.coder)[0] == kept
    assert session.project.annotations(4, session.coder)
    session.undo_stack.undo()
    assert session.project.annotations(3, session.coder)[0].emotion == "contempt"
    assert not session.project.annotations(4, session.coder)
    session.choose_clip(3)
    assert session.annotation.emotion == "contempt"


def test_a_feature_file_is_measured_cancelled_and_gone_on_with(
    coded: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = coded.desk.session
    assert session.project is not None
    few = [each for each in session.project.annotations() if each.clip not in (3, 4, 5, 12)]
    session.project.apply([Change(each, None) for each in few], "test", "Leave few")

    def measure(file: Path) -> None:
        coded.actions_by_id["feature_file"].trigger()
        dialog = opened(coded, FeatureDialog)
        dialog.method.setCurrentIndex(dialog.method.findData("farneback"))
        dialog.side.setValue(160)
        dialog.place.line.setText(str(file))
        qtbot.mouseClick(dialog.measure_button, Qt.MouseButton.LeftButton)

    with monkeypatch.context() as held:
        held.setattr(jobs, "PROGRAM", ("-m", "tests.app.held_measuring"))
        measure(tmp_path / "first.h5")
    job = coded.exporting.job
    assert job is not None
    assert not coded.actions_by_id["feature_file"].isEnabled()
    label = job.dialog.labelText
    qtbot.waitUntil(lambda: coded.exporting.job is None or "(1 of" in label())
    assert coded.exporting.job is job, coded.notice.text
    cancel(job, qtbot)
    assert not (tmp_path / "first.h5").exists()
    measure(tmp_path / "second.h5")
    job = coded.exporting.job
    assert job is not None
    texts: list[str] = []
    job._process.message.connect(lambda message: texts.append(message.get("text", "")))
    with qtbot.waitSignal(job.ended):
        pass
    assert "4 clips are in" in coded.notice.text
    assert not any("of 4" in text for text in texts)  # what was measured before the cancel is there
    flow = read_features(tmp_path / "second.h5").attributes["flow"]
    assert (flow["method"], flow["size"]) == ("farneback", 160)


def test_closing_the_window_ends_the_work(coded: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask(coded, qtbot)
    choose(dialog, qtbot, "pack")
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    coded.close()
    assert coded.exporting.job is None
    assert not (tmp_path / "project packed.merproject").exists()


def test_without_a_project_there_is_nothing_to_export(window: MainWindow) -> None:
    for name in ("export", "feature_file", "read_coding"):
        assert not window.actions_by_id[name].isEnabled()
    assert window.actions_by_id["open_packed"].isEnabled()
