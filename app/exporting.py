"""Export, feature files, packed projects: dialogs, children that do the work, and what is said when they are done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QProgressDialog, QWidget

from app.actions import Actions
from app.background import Worker
from app.child_job import ChildJob
from app.desk import Desk
from app.panels.notice import Notice

if TYPE_CHECKING:
    from mer_core.export.coding import Coding

_WITH_PROJECT = ("export", "feature_file", "read_coding")
_PATIENCE = 400  # milliseconds after which it is said what is waited for
_CODINGS = "Codings (*.json *.csv *.tsv *.eaf);;All files (*)"
_PACKED_SUFFIX = ".merproject"
_PACKED = "Packed projects (*.merproject *.zip);;All files (*)"


class Exporting(QObject):
    """Given the window's parts; connects its four actions. At most one job at a time."""

    def __init__(self, window: QWidget, desk: Desk, actions: Actions, notice: Notice, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._desk, self._actions = window, desk, actions
        self._notice, self._settings = notice, settings
        self._worker = Worker("reading", self)
        self.job: ChildJob | None = None
        actions.connect(
            {
                "export": self.ask_export,
                "feature_file": self.ask_features,
                "read_coding": self.ask_coding,
                "open_packed": self.ask_packed,
            }
        )
        desk.session.project_changed.connect(self._show_actions)
        self._show_actions()

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self.job is not None

    def stop(self) -> None:
        """End what runs: the window is closing."""
        if self.job is not None:
            self.job.end()
        self._worker.stop()

    def _show_actions(self) -> None:
        idle = self.job is None
        self._actions.enable(_WITH_PROJECT, idle and self._desk.session.project is not None)
        self._actions.enable(("open_packed",), idle)

    # Export

    def ask_export(self) -> None:
        """What to export, and where to."""
        from app.dialogs.export_dialog import ExportDialog

        session, media = self._desk.session, self._desk.media
        if session.project is None:
            return
        numbers = tuple(media.clip.numbers) if media.clip is not None else ()
        dialog = ExportDialog(session, numbers, self._last_folder(), self._window)
        dialog.accepted.connect(lambda: self._export(dialog.arguments, dialog.place.path))
        self._show(dialog)

    def _export(self, arguments: list[str], place: Path | None) -> None:
        if place is not None:
            self._remember(place)
            self._start("Exporting", arguments, self._tell_exported)

    def _tell_exported(self, result: dict[str, Any]) -> None:
        lost = result["losses"]
        said = (
            f" {len(lost)} thing{'s' if len(lost) != 1 else ''} could not be carried, as listed before." if lost else ""
        )
        self._tell_of(Path(result["out"]), f"{result['text']} {result['out']}.{said}")

    # Features

    def ask_features(self) -> None:
        """How to measure, and where to."""
        from app.dialogs.export_features import FeatureDialog
        from mer_core.project.training_set import training_set

        session = self._desk.session
        if session.project is None:
            return
        labels = training_set(session.project, session.coder)
        dialog = FeatureDialog(session.project.folder, labels, self._last_folder(), self._window)
        dialog.accepted.connect(lambda: self._measure(dialog.arguments, dialog.place.path))
        self._show(dialog)

    def _measure(self, arguments: list[str], place: Path | None) -> None:
        if place is not None:
            self._remember(place)
            self._start("Measuring", arguments, self._tell_measured)

    def _tell_measured(self, result: dict[str, Any]) -> None:
        left_out = result["left_out"]
        more = f" Left out, since no face was found: {', '.join(left_out)}." if left_out else ""
        kb = result["bytes"] / result["clips"] / 1000
        self._tell_of(Path(result["file"]), f"{result['clips']} clips are in {result['file']}, {kb:.0f} kB each.{more}")

    def _tell_of(self, place: Path, sentence: str) -> None:
        """Say what was written, and offer to show where."""
        folder = place if place.is_dir() else place.parent

        def show() -> None:
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self._notice.say(f"No file manager opens {folder} on this computer: open it by hand.")

        self._notice.tell(sentence, "Show in folder", show)

    # A coding comes back

    def ask_coding(self) -> None:
        """Which exported coding to take into the project."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Read a coding", str(self._last_folder()), _CODINGS)
        if name:
            self.read_coding(Path(name))

    def read_coding(self, path: Path) -> None:
        """Compare an exported coding with the project, and offer to take in what is new or different.

        A packed project holds its coding too, but is opened as a project.
        """
        if not self.without_packed([path]):
            return
        self._remember(path)

        def work() -> Coding:
            from mer_core.export.formats import read_coding

            return read_coding(path)

        waiting = self._waiting(f"Reading {path.name}…")

        def offer(coding: Coding) -> None:
            waiting.hide()
            waiting.deleteLater()
            self._offer(coding, path)

        def say(sentence: str) -> None:
            waiting.hide()
            waiting.deleteLater()
            self._notice.say(sentence)

        self._worker.submit("read", work, offer, say)

    def _waiting(self, text: str) -> QProgressDialog:
        """Shown where the reading takes a while; its button gives the reading up."""
        waiting = QProgressDialog(text, "Cancel", 0, 0, self._window)
        waiting.setWindowTitle("Read a coding")
        waiting.reset()  # else it would show itself by and by, however short the reading
        timer = QTimer(waiting, singleShot=True, interval=_PATIENCE)
        timer.timeout.connect(lambda: waiting.setVisible(self._worker.busy))
        timer.start()
        waiting.canceled.connect(self._worker.forget)
        waiting.canceled.connect(waiting.deleteLater)
        return waiting

    def _offer(self, coding: Coding, path: Path) -> None:
        from app.dialogs.export_reading import ReadingDialog

        project = self._desk.session.project
        if project is None:
            return
        dialog = ReadingDialog(project, coding, path, self._window)
        dialog.accepted.connect(lambda: self._desk.session.change(f"Read {path.name}", dialog.changes))
        self._show(dialog)

    # A whole project comes back

    def ask_packed(self) -> None:
        """Which archive to open, and where its project is to lie."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a packed project", str(self._last_folder()), _PACKED)
        if name:
            self._ask_where(Path(name))

    def without_packed(self, paths: list[Path]) -> list[Path]:
        """Of paths that were dropped, or chosen to be opened otherwise, those that are no packed project; one that is
        leads to where it is opened.
        """
        packed = [path for path in paths if path.suffix.lower() == _PACKED_SUFFIX and path.is_file()]
        if packed and self.job is not None:
            self._notice.say(f"{packed[0].name} can be opened when the work under way has ended, or is cancelled.")
        elif packed:
            self._ask_where(packed[0])
        return [path for path in paths if path not in packed]

    def _ask_where(self, archive: Path) -> None:
        there, _ = QFileDialog.getSaveFileName(
            self._window, "A new folder for the project", str(archive.with_suffix("")), "New folder (*)"
        )
        if there:
            self.unpack(archive, Path(there))

    def unpack(self, archive: Path, folder: Path) -> None:
        """Unpack and open."""
        self._remember(archive)
        self._start(
            "Opening the packed project",
            ["unpack", str(archive), str(folder)],
            lambda result: self._desk.opener.open_project(Path(result["project"])),
        )

    # Jobs

    def _start(self, title: str, arguments: list[str], then: Callable[[dict[str, Any]], object]) -> None:
        if self.job is not None:
            return
        self._notice.hide()
        self.job = ChildJob(title, arguments, self._window)
        self.job.done.connect(then)
        self.job.failed.connect(self._notice.say)
        self.job.ended.connect(self._forget)
        self._show_actions()

    def _forget(self) -> None:
        self.job = None
        self._show_actions()

    def _show(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _remember(self, place: Path) -> None:
        self._settings.setValue("export_folder", str(place.absolute().parent))

    def _last_folder(self) -> Path:
        kept = Path(str(self._settings.value("export_folder", "")))
        return kept if str(kept) != "." and kept.is_dir() else Path.home()
