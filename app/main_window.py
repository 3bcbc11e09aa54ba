"""The window: builds the docks and menus and ties them to the desk. No computing here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import places, theme
from app.actions import Actions
from app.asking import Asking
from app.desk import Desk
from app.docks import BOTTOM, LEFT, RIGHT, Docks
from app.exporting import Exporting
from app.first_size import place_first
from app.handlers import handlers
from app.importing import Importing
from app.last_place import LastPlace
from app.learnt_clips import LearntClips
from app.line_label import LineLabel
from app.models_menu import ModelsMenu
from app.motion_room import MotionRoom
from app.panels.annotation import AnnotationPanel
from app.panels.clip_list import ClipList
from app.panels.movements import Movements
from app.panels.notice import Notice
from app.panels.plots import Plots
from app.panels.recognition import RecognitionPanel
from app.panels.welcome import Welcome
from app.player.memory_menu import MemoryMenu
from app.player.player import OVERLAYS, Player
from app.player.viewing import Viewing
from app.sample_maker import SampleMaker
from app.spotting.suggesting import Suggesting
from app.work_bar import WorkBar
from mer_core.annotation.label_maps import class_among
from mer_core.models.cards import doubts
from mer_core.project import FILE_NAME

_WITH_PROJECT = ("close_project", "retrain")
_WITH_CLIP = ("clip_properties", "remove_clip", "face", "regions", *(f"overlay_{name}" for name in OVERLAYS))
_WITH_FRAMES = (
    *("zoom_in", "zoom_out", "zoom_fit", "zoom_actual"),
    *("play", "play_backwards", "every_frame", "loop", "slower", "faster"),
    *("previous_frame", "next_frame", "back_10", "forward_10", "first_frame", "last_frame"),
    *("mark_onset", "mark_apex", "mark_offset", "previous_mark", "next_mark", "flicker"),
)


class MainWindow(QMainWindow):
    """Clip list at the left, the clip in the middle, what is said and measured of it around."""

    themes = theme.SCHEMES
    painted = Signal()  # once, when the window is first on the screen

    def __init__(self) -> None:
        super().__init__()
        self._painted = False
        self.setObjectName("main")
        self.setWindowTitle("MER Studio")
        self.setAcceptDrops(True)
        place_first(self)
        self.settings = places.settings()
        theme.choose_scheme(str(self.settings.value("theme", "system")))
        self.desk = Desk(self)
        self.actions_by_id = Actions(self)
        self.asking = Asking(self, self.desk, self.settings)
        self._sample_maker: SampleMaker | None = None
        self._build()
        self._connect_actions()
        self._connect_desk()
        self._last_place = LastPlace(self.desk, self.settings)
        self._restore()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._show_project()
        self._show_media()

    # Building

    def _build(self) -> None:
        actions, session = self.actions_by_id, self.desk.session
        self.notice = Notice()
        self.player = Player(self.desk.media, actions)
        self.welcome = Welcome([actions[name] for name in ("open_sample", "open_clip", "open_frames", "open_project")])
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.player)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(middle)
        self.clip_list = ClipList(session)
        self.annotation_panel = AnnotationPanel(session, self.desk.media, actions["suggest_again"])
        self.recognition_panel = RecognitionPanel()
        self.learnt_clips = LearntClips(self.desk)
        self.learnt_clips.told.connect(self.recognition_panel.show_learnt)
        self.plots = Plots()
        self.suggesting = Suggesting(self.desk, self.player.timeline, actions, self.settings)
        self.importing = Importing(self, self.desk, self.settings, actions, self.notice, self.clip_list)
        self.docks = docks = Docks(self)
        docks.add("Clips", self.clip_list, LEFT)
        docks.add("Annotation", self.annotation_panel, RIGHT)
        docks.add("Recognition", self.recognition_panel, RIGHT)
        docks.add("Motion", self.plots.motion_place, BOTTOM)
        docks.add("Training", self.plots.training_place, BOTTOM, beside="motion")
        docks.add("Movements", Movements(self.desk, self.suggesting, actions["suggest_again"]), BOTTOM, beside="motion")
        docks.fill(actions.menus["View"])
        self.viewing = Viewing(self.desk, self.player, self.plots, actions, self.settings)
        MotionRoom(self, docks, self.plots, self.settings)
        self.exporting = Exporting(self, self.desk, actions, self.notice, self.settings)
        ModelsMenu(actions.menus["Model"].addMenu("Answer by"), self.desk)
        self._hint = LineLabel()
        self._state = QLabel()
        self._state.setObjectName("hint")
        self.statusBar().addWidget(self._hint, 1)
        self.work_bar = WorkBar(self.desk)
        self.statusBar().addPermanentWidget(self.work_bar)
        actions.menus["Play"].addSeparator()
        MemoryMenu(actions.menus["Play"].addMenu("Memory for frames"), self.desk.media, self.settings)
        self.statusBar().addPermanentWidget(self._state)

    def _connect_actions(self) -> None:
        self.actions_by_id.connect(handlers(self))
        self.actions_by_id[f"theme_{self.settings.value('theme', 'system')}"].setChecked(True)
        self.actions_by_id["overlay_none"].setChecked(True)

    def _connect_desk(self) -> None:
        desk, session = self.desk, self.desk.session
        desk.problem.connect(self.notice.say)
        self.asking.problem.connect(self.notice.say)
        self.asking.chosen.connect(self.open_paths)
        desk.opener.opened.connect(self._remember_project)
        desk.opener.busy.connect(self._hint.setText)
        desk.opener.rate_assumed.connect(
            lambda sentence: self.notice.offer(sentence, "Set frame rate…", self.asking.for_clip_properties)
        )
        desk.model_changed.connect(self._show_model)
        session.project_changed.connect(self._show_project)
        session.project_changed.connect(self.notice.hide)  # what was said was of the former project
        session.clips_changed.connect(lambda: self.actions_by_id.enable(("retrain",), self._can_retrain()))
        session.clip_changed.connect(self._show_media)
        session.marks_changed.connect(self._show_marks)
        session.annotation_changed.connect(self._show_coded)
        session.undo_stack.indexChanged.connect(self._show_undo)
        session.undo_stack.cleanChanged.connect(self._show_undo)
        desk.media.opened.connect(self._show_media)
        desk.media.closed.connect(self._show_media)
        desk.media.open_failed.connect(lambda _: self.player.say("This clip cannot be shown: click it to try again."))
        desk.media.opening_cancelled.connect(lambda: self.player.say("Not opened: click the clip to try again."))
        session.edited.connect(self.notice.hide)
        self.clip_list.wanted_again.connect(desk.open_again)
        self.annotation_panel.left.connect(self.player.view.setFocus)
        desk.media.buffered.connect(self._show_buffered)
        desk.live.field_measured.connect(self._show_field)
        desk.live.recognised.connect(self._show_recognition)
        desk.live.explained.connect(self.recognition_panel.show_reason)
        desk.live.explained.connect(self.player.show_no_attention)
        desk.live.recogniser.starting.connect(lambda: self.recognition_panel.show_reason("Starting the model…"))
        self.clip_list.chosen.connect(self._choose_clip)
        self.clip_list.properties_wanted.connect(self.asking.for_clip_properties)
        self.clip_list.removal_wanted.connect(session.remove_shown_clip)
        self.annotation_panel.mark_wanted.connect(desk.mark_here)
        self.annotation_panel.frame_wanted.connect(desk.media.seek)
        timeline = self.player.timeline
        timeline.mark_dragged.connect(desk.drag_mark)
        timeline.mark_dropped.connect(session.drop_mark)
        timeline.expression_wanted.connect(session.choose_expression)
        self.player.overlay_chosen.connect(self._choose_overlay)
        self.player.problem.connect(self.notice.say)
        self.player.hinted.connect(self._hint.setText)
        self.recognition_panel.card_button.clicked.connect(self.asking.show_card)
        self.plots.connect_to(desk)
        self.plots.hinted.connect(self._hint.setText)
        desk.trainer.started.connect(self._show_training)
        for ended in (desk.trainer.finished, desk.trainer.cancelled, desk.trainer.failed):
            ended.connect(lambda *_: self._show_undo())

    # What the desk says

    def _show_project(self) -> None:
        project = self.desk.session.project
        self._pages.setCurrentWidget(self.player if project else self.welcome)
        self.setWindowTitle(f"{project.name} – MER Studio" if project else "MER Studio")
        self._state.setText(f"{project.name}  ·  every edit is saved" if project else "")
        self._state.setToolTip(str(project.folder) if project else "")
        self.actions_by_id.enable(_WITH_PROJECT, project is not None)
        self._show_undo()
        for name, dock in self.docks:
            dock.setEnabled(project is not None or name == "training")  # a training goes on without its project

    def _show_media(self) -> None:
        actions = self.actions_by_id
        actions.enable(_WITH_CLIP, self.desk.session.clip is not None)
        actions.enable(_WITH_FRAMES, self.desk.media.clip is not None)
        self.set_loop()

    def _show_undo(self) -> None:
        stack, actions = self.desk.session.undo_stack, self.actions_by_id
        for name, text, possible in (
            ("undo", stack.undoText(), stack.canUndo()),
            ("redo", stack.redoText(), stack.canRedo()),
        ):
            actions[name].setEnabled(possible)
            button_text = actions[name].iconText()
            actions[name].setText(f"{button_text} {text[:1].lower()}{text[1:]}".strip())
            actions[name].setIconText(button_text)
        running = self.desk.trainer.running
        actions.enable(("stop_training", "cancel_training"), running)
        actions.enable(("retrain",), self._can_retrain())

    def _can_retrain(self) -> bool:
        return self.desk.session.project is not None and not self.desk.trainer.running

    def _show_marks(self) -> None:
        marks = self.desk.session.marks
        self.player.timeline.set_marks(marks, self.desk.session.other_marks)
        self.set_loop()

    def _show_buffered(self, loaded: int, total: int) -> None:
        self._hint.setText("" if loaded >= total else f"Reading frames: {loaded} of {total}")

    def _show_field(self, measurement: Any, onset: int, target: int) -> None:
        number = self.desk.media.number
        text = f"frame {number(onset)} → {number(target)}" if measurement else self.desk.live.why_no_field()
        self.player.show_field(measurement, "" if measurement else text)
        self.plots.show_measurement(measurement, text)

    def _show_recognition(self, answer: Any, measurement: Any) -> None:
        self.player.show_attention(answer, measurement)
        if answer is not None:
            warnings = measurement.warnings + doubts(self.desk.live.card)
            self.recognition_panel.show_answer(answer, self._coded(answer.classes), warnings)

    def _coded(self, classes: Sequence[str]) -> str | None:
        annotation = self.desk.session.annotation
        return class_among(annotation.emotion, classes) if annotation and classes else None

    def _show_coded(self) -> None:
        bars = self.recognition_panel.bars
        bars.show_coded(self._coded(tuple(bars.probabilities)))

    def _show_model(self, folder: Path | None, card: dict[str, Any]) -> None:
        self.actions_by_id.enable(("model_card",), folder is not None)
        self.recognition_panel.card_button.setEnabled(folder is not None)
        self.recognition_panel.show_model(str(card.get("name", folder.name)) if folder else "none: Model › Retrain…")

    def _show_training(self) -> None:
        self.docks.show("training")
        self._show_undo()

    # What the user asks for

    def open_paths(self, paths: list[Path]) -> None:
        """Open projects and clips given by name."""
        self.notice.hide()
        if clips_and_projects := self.exporting.without_packed(paths):
            self.importing.open(clips_and_projects)

    def open_sample(self) -> None:
        """Open the sample project; on first use it is made, with a progress bar."""
        folder = places.sample_project()
        if (folder / FILE_NAME).is_file():
            self.desk.opener.open_project(folder)
        elif self._sample_maker is None:
            self._sample_maker = SampleMaker(folder, self)
            self._sample_maker.made.connect(self.desk.opener.open_project)
            self._sample_maker.failed.connect(self.notice.say)
            self._sample_maker.ended.connect(self._forget_sample_maker)

    def _forget_sample_maker(self) -> None:
        self._sample_maker = None

    def open_last(self) -> None:
        """Open the project of last time, if it is still there."""
        last = str(self.settings.value("project", ""))
        if last and (Path(last) / FILE_NAME).is_file():
            self.desk.opener.open_project(Path(last))

    def _remember_project(self) -> None:
        project = self.desk.session.project
        self.settings.setValue("project", str(project.folder) if project else "")

    def _choose_clip(self, clip_id: int) -> None:
        self.notice.hide()
        self.desk.session.choose_clip(clip_id)

    def _choose_overlay(self, name: str) -> None:
        self.actions_by_id[f"overlay_{name}"].setChecked(True)

    def set_loop(self) -> None:
        """Play between the marks over and over, or not, as the action says."""
        marks, playback = self.desk.session.marks, self.player.playback
        first, last = marks.onset, marks.offset if marks.offset is not None else marks.apex
        on = self.actions_by_id["loop"].isChecked() and self.desk.media.clip is not None
        whole = (0, self.desk.media.frames - 1)
        playback.loop = ((first, last) if first is not None and last is not None else whole) if on else None

    def choose_theme(self, name: str) -> None:
        """Light, dark, or as the system."""
        self.settings.setValue("theme", name)
        theme.choose_scheme(name)
        self._follow_theme()

    def _follow_system(self) -> None:
        if self.settings.value("theme", "system") == "system":
            theme.apply()
            self._follow_theme()

    def _follow_theme(self) -> None:
        self.plots.follow_theme()
        self.annotation_panel.show_annotation()

    # Window

    def _restore(self) -> None:
        geometry = self.settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.docks.restore(self.settings.value("docks"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.docks.take_room()

    def quit(self) -> None:
        """Close the window, unless a training goes on and the user wants to wait for it."""
        if self.asking.may_close():
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and not self.asking.may_close():
            event.ignore()
            return
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("docks", self.docks.state)
        self._last_place.keep()
        self.settings.sync()
        self.hide()  # what is still to be ended is waited for out of sight
        self.asking.close()
        if self._sample_maker is not None:
            self._sample_maker.end()
        self.exporting.stop()
        self.plots.stop()
        self.viewing.stop()
        self.suggesting.stop()
        self.learnt_clips.stop()
        self.importing.stop()
        self.desk.stop()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
