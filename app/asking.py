"""Everything the window asks the user for: files, settings, decisions; and what it shows in a dialog of its own."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

import mer_core
from app.desk import Desk
from app.dialogs.clip_properties import ClipProperties
from app.dialogs.keys import Keys
from app.dialogs.model_card import ModelCard
from app.dialogs.retrain import RetrainDialog
from mer_core.annotation.label_maps import MEGC, label_maps
from mer_core.endings import VIDEOS
from mer_core.errors import MerError
from mer_core.models.cards import read_card
from mer_core.project.training_set import training_set

_VIDEOS = f"Videos ({' '.join(f'*{ending}' for ending in (*VIDEOS, '.gif'))});;All files (*)"


class Asking(QObject):
    """Opens dialogs over a window and hands what was chosen to the desk."""

    chosen = Signal(list)  # paths to open
    problem = Signal(str)

    def __init__(self, window: QWidget, desk: Desk, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._desk, self._settings = window, desk, settings

    def for_videos(self) -> None:
        """Which videos to open."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open clips", self._last_folder(), _VIDEOS)
        self._open([Path(name) for name in names])

    def for_frames(self) -> None:
        """Which folder of frames to open."""
        self._open(self._folder("Open a folder of frames"))

    def for_project(self) -> None:
        """Which project to open."""
        for folder in self._folder("Open a project's folder"):
            self._desk.opener.open_project(folder)

    def for_new_project(self) -> None:
        """Where to make a project."""
        for folder in self._folder("Choose an empty folder for the project"):
            self._desk.opener.create_project(folder)

    def for_clip_properties(self) -> None:
        """Subject, data set and frame rate of the clip shown."""
        session, clip = self._desk.session, self._desk.session.clip
        if clip is None:
            return
        dialog = ClipProperties(clip, self._window)
        dialog.accepted.connect(lambda: session.edit_clip(clip, **dialog.changes) if dialog.changes else None)
        self._show(dialog)

    def for_training(self) -> None:
        """What to train with."""
        session = self._desk.session
        if session.project is None:
            return
        project = session.project
        try:
            maps = label_maps(project.folder)
            maps = {MEGC.name: maps[MEGC.name], **maps}  # the usual one first
            labels = [training_set(project, session.coder, one) for one in maps.values()]
        except MerError as error:
            self.problem.emit(str(error))
            return
        dialog = RetrainDialog(labels, self._window)
        dialog.accepted.connect(lambda: self._desk.retrain(dialog.options))
        self._show(dialog)

    def show_card(self) -> None:
        """The card of the model that answers."""
        if self._desk.model is None:
            return
        try:
            card, clips = read_card(self._desk.model), self._clips_by_path()
        except MerError as error:
            self.problem.emit(str(error))
            return
        own = self._desk.own_model
        dialog = ModelCard(card, self._window, clips, own=own is not None)
        dialog.clip_asked.connect(self._show_clip)
        if own is not None:
            dialog.rename_button.clicked.connect(lambda: self._rename(own, card["name"], dialog))
            dialog.delete_button.clicked.connect(lambda: self._delete(own, card["name"], dialog))
        self._show_beside(dialog)

    def _rename(self, model: Path, name: str, card: ModelCard) -> None:
        """What a model is called from now on."""

        def rename(given: str) -> None:
            new = given.strip()
            if new in ("", name):
                return
            card.close()
            self._desk.rename_model(model, new)
            if self._desk.model == model:
                self.show_card()

        dialog = QInputDialog(card)
        dialog.setWindowTitle("Rename model")
        dialog.setLabelText("Name")
        dialog.setTextValue(name)
        dialog.resize(440, dialog.sizeHint().height())  # a whole name is seen
        dialog.textValueSelected.connect(rename)
        self._show(dialog)

    def _delete(self, model: Path, name: str, card: ModelCard) -> None:
        """Whether a model is to go."""
        answer = QMessageBox.question(
            card,
            "Delete model",
            f"Put the model “{name}” into the trash? The clips and their labels stay.",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        if answer == QMessageBox.StandardButton.Yes:
            card.close()
            self._desk.delete_model(model)

    def _clips_by_path(self) -> dict[str, int]:
        project = self._desk.session.project
        return {clip.path: clip.id for clip in project.clips()} if project else {}

    def _show_clip(self, path: str) -> None:
        """A clip that a card names, if the project that is open now has it."""
        try:
            number = self._clips_by_path().get(path)
        except MerError as error:
            self.problem.emit(str(error))
            return
        if number is None:
            self.problem.emit(f"The clip {path} is not in the project that is open now.")
        else:
            self._desk.show_clip(number)

    def may_close(self) -> bool:
        """Whether the window may be closed; a training would be lost with it."""
        if not self._desk.trainer.running:
            return True
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        sentence = "A training is under way; it and what it has learnt are lost with the window. Close it all the same?"
        return QMessageBox.question(self._window, "Training", sentence, yes | no, no) == yes

    def close(self) -> None:
        """Close what stands beside the window."""
        for kind in (Keys, ModelCard):
            self._close_beside(kind)

    def show_keys(self) -> None:
        """The list of keys."""
        self._show_beside(Keys(self._window))

    def show_about(self) -> None:
        """What this program is."""
        QMessageBox.about(
            self._window,
            "About MER Studio",
            f"<h3>MER Studio {mer_core.__version__}</h3>"
            "<p>See, code and recognise micro-expressions, frame by frame.</p>"
            "<p>Icons: Lucide (ISC). Face mesh: Google MediaPipe (Apache 2.0). All licences: resources/LICENSES.md.</p>"
            "<p>A model's answer is a second opinion, not a judgement of a person.</p>",
        )

    def _show_beside(self, dialog: QDialog) -> None:
        """To look things up in while the work goes on; in place of an older one of its kind."""
        self._close_beside(type(dialog), but=dialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def _close_beside(self, kind: type[QDialog], but: QDialog | None = None) -> None:
        for dialog in self._window.findChildren(kind):
            if dialog is not but:
                dialog.close()

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _folder(self, title: str) -> list[Path]:
        name = QFileDialog.getExistingDirectory(self._window, title, self._last_folder())
        return [Path(name)] if name else []

    def _open(self, paths: list[Path]) -> None:
        if paths:
            self._settings.setValue("folder", str(paths[0].parent))
            self.chosen.emit(paths)

    def _last_folder(self) -> str:
        return str(self._settings.value("folder", str(Path.home())))
