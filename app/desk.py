"""What the window works on: the session, the open clip's frames, the live measuring, the training; tied together."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QFile, QObject, Signal

from app.live import Live
from app.media import Media
from app.opening import Opener
from app.session import Session
from app.trainer import Trainer
from mer_core.annotation.annotation import MARK_NAMES, MarkName
from mer_core.errors import MerError
from mer_core.models.cards import read_card, rename
from mer_core.project.models import active_model, choose_model


class Desk(QObject):
    """No widgets: everything here also works, and is tested, without a window."""

    problem = Signal(str)
    model_changed = Signal(object, dict)  # folder or None, card

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = Session(self)
        self.media = Media(self)
        self.live = Live(self.session, self.media, self)
        self.trainer = Trainer(self)
        self.opener = Opener(self.session, self)
        self.model: Path | None = None
        self._start: int | None = None  # the frame asked for together with a clip
        self._opened_as: tuple[int, str, float] | None = None
        self._trained_project: Path | None = None
        self.session.clip_changed.connect(self._open_clip)
        self.session.project_changed.connect(self._take_model)
        self.trainer.finished.connect(self._take_trained)
        for source in (
            self.session.problem,
            self.media.open_failed,
            self.media.failed,
            self.live.failed,
            self.opener.failed,
        ):
            source.connect(self.problem)
        self.trainer.failed.connect(self.problem)

    def stop(self) -> None:
        """Let go of everything: threads end, children end, the project is closed."""
        self.trainer.end()
        self.live.stop()
        self.opener.stop()
        self.media.stop()
        self.session.close_project()

    # Marks

    def mark_here(self, name: MarkName) -> None:
        """Set a mark to the frame that is shown."""
        if self.media.clip is not None:
            self.session.set_mark(name, self.media.index)

    def drag_mark(self, name: MarkName, index: int) -> None:
        """Move a mark on screen."""
        self.session.drag_mark(name, index)

    def go_to_mark(self, direction: int) -> None:
        """Show the next (+1) or previous (−1) mark's frame."""
        marks, here = self.session.marks, self.media.wanted
        places = [index for name in MARK_NAMES if (index := marks.get(name)) is not None]
        ahead = [index for index in places if (index - here) * direction > 0]
        if ahead:
            self.media.seek(min(ahead) if direction > 0 else max(ahead))

    # Models

    def use_model(self, folder: Path) -> None:
        """Answer by this model from now on, in this project."""
        if self.session.project is None:
            return
        try:
            choose_model(self.session.project, folder)
        except MerError as error:
            self.problem.emit(str(error))
            return
        self._take_model()

    def _take_model(self) -> None:
        project = self.session.project
        folder = active_model(project) if project else None
        card: dict[str, Any] = {}
        if folder is not None:
            try:
                card = read_card(folder)
            except MerError as error:
                self.problem.emit(str(error))
                folder = None
        self.model = folder
        self.model_changed.emit(folder, card)
        self.live.use_model(folder, card)

    @property
    def own_model(self) -> Path | None:
        """The folder of the model that answers, if it was trained in this project: the shipped one stays as it is."""
        project = self.session.project
        return self.model if project and self.model and self.model.parent == project.runs else None

    def rename_model(self, folder: Path, name: str) -> None:
        """Give a model another name."""
        try:
            rename(folder, name)
        except MerError as error:
            self.problem.emit(str(error))
        else:
            self._take_model()

    def delete_model(self, folder: Path) -> None:
        """Put a model into the system's trash; where it answered, the shipped one does from now on."""
        if QFile.moveToTrash(str(folder)):
            self._take_model()
        else:
            self.problem.emit(f"There is no trash to put the model into: delete the folder {folder} to be rid of it.")

    def retrain(self, options: list[str]) -> None:
        """Train on the open project's labels as they are now."""
        if self.session.project is not None:
            self._trained_project = self.session.project.folder
            self.trainer.start(self._trained_project, options)

    def _take_trained(self, folder: Path, _card: dict[str, Any]) -> None:
        """The new model answers at once, unless another project was opened meanwhile."""
        if self.session.project and self.session.project.folder == self._trained_project:
            self.use_model(folder)

    # Clips

    def show_clip(self, clip_id: int, index: int | None = None) -> None:
        """Choose a clip, to be shown at this frame, else at its onset."""
        self._start = index
        self.session.choose_clip(clip_id)
        self._start = None

    def open_again(self) -> None:
        """Open the chosen clip's frames if they are not open: they may be back."""
        if self.media.clip is None:
            self._open_clip()

    def _open_clip(self) -> None:
        """Open the chosen clip's frames; a change of its name or subject alone leaves them open."""
        clip, project = self.session.clip, self.session.project
        if clip is None or project is None:
            self._opened_as = None
            self.media.close()
            return
        wanted = clip.id, clip.path, clip.fps
        if wanted == self._opened_as and (self.media.clip is not None or self.media.is_opening):
            return
        same_frames = self._opened_as is not None and wanted[:2] == self._opened_as[:2]
        self._opened_as = wanted
        onset = self.session.marks.onset
        start = self.media.index if same_frames else onset or 0
        if self._start is not None:
            start = self._start
        self.media.open(project.full_path(clip), clip.fps, start)
