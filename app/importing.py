"""Importing, import reports, finding moved clips: ties their dialogs to the window's project."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QProgressDialog, QWidget

from app.actions import Actions
from app.background import Worker
from app.desk import Desk
from app.panels.clip_list import ClipList
from app.panels.notice import Notice
from mer_core.counted import counted
from mer_core.errors import Cancelled, MerError
from mer_core.project import FILE_NAME, Change, ClipRecord, Project

if TYPE_CHECKING:  # what reads data sets is imported when it is first asked for: the window opens without it
    from mer_core.datasets.found import ImportReport
    from mer_core.project.locating import Relocation


class Importing(QObject):
    """Stands between what is dropped or opened and the desk: a data set's folder is offered to be imported."""

    _progressed = Signal(int, int, str)

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        settings: QSettings,
        actions: Actions,
        notice: Notice,
        clip_list: ClipList,
    ) -> None:
        super().__init__(window)
        self._window, self._desk, self._settings, self._notice = window, desk, settings, notice
        self._worker = Worker("locate", self)
        self.dialog: QDialog | None = None
        self._given_up = threading.Event()
        self._watch: QProgressDialog | None = None
        self._progressed.connect(self._show_progress)
        actions.connect({"import_data": self.start, "import_reports": self.show_reports, "locate": self.locate_missing})
        clip_list.location_wanted.connect(self.locate_missing)
        desk.media.open_failed.connect(self._offer_to_locate)
        desk.session.project_changed.connect(
            lambda: actions.enable(("import_reports", "locate"), desk.session.project is not None)
        )
        actions.enable(("import_reports", "locate"), False)

    @property
    def busy(self) -> bool:
        """Whether something is looked at or written."""
        return self._worker.busy

    def stop(self) -> None:
        """End the thread, and the dialog's."""
        if self.dialog is not None:
            self.dialog.reject()
        self._give_up()
        self._worker.stop()

    # Importing

    def open(self, paths: list[Path]) -> None:
        """Open projects and clips; offer to import a folder that is neither."""
        if len(paths) == 1 and paths[0].is_dir() and not (paths[0] / FILE_NAME).is_file():
            folder = paths[0]
            self._desk.opener.busy.emit(f"Looking at {folder.name}…")
            self._worker.submit("what", lambda: _holds_clips(folder), lambda many: self._go_on(folder, many), self._say)
        else:
            self._desk.opener.open(paths)

    def _go_on(self, folder: Path, many: bool) -> None:
        self._desk.opener.busy.emit("")
        if many:
            self.start(folder)
        else:
            self._desk.opener.open([folder])

    def start(self, folder: Path | None = None) -> None:
        """Ask what to import; without an open project first for a project to import into."""
        from app.dialogs.import_data import ImportDialog

        session = self._desk.session
        if session.project is None:
            name = QFileDialog.getExistingDirectory(
                self._window, "Choose an empty folder for the project to import into", str(Path.home())
            )
            if name:
                self._desk.opener.create_project(Path(name))
        if session.project is None:
            return
        dialog = ImportDialog(session.project, self._settings, self._window, folder)
        dialog.wanted.connect(self._import)
        self._show(dialog)

    def _import(self, action: str, changes: list[Change], report: ImportReport) -> None:
        from mer_core.datasets.report import to_json

        new = sum(each.old is None and isinstance(each.new, ClipRecord) for each in changes)
        told = f"{report.title} is imported, {counted(new, 'new clip')}. Edit › Undo takes it back whole."
        self._write(action, changes, lambda project: project.keep_import_report(report.dataset, to_json(report)), told)

    def _write(
        self, action: str, changes: list[Change], also: Callable[[Project], None] = lambda _: None, told: str = ""
    ) -> None:
        """Write an edit of hundreds of records in the background; then it is shown, one step to undo, and `told`."""
        session = self._desk.session
        project, coder = session.project, session.coder
        if project is None or not changes:
            return
        folder = project.folder

        def work() -> None:
            with Project.open(folder) as opened:
                opened.apply(changes, coder, action)
                also(opened)

        def then(_: None) -> None:
            if session.project is not project:
                return  # another was opened meanwhile; the edit is in its own
            session.adopt(action, changes)
            if told:  # after the edit, which takes older notices away
                self._notice.tell(told)
            if session.clip is None and (clips := project.clips()):
                session.choose_clip(clips[0].id)

        self._worker.submit("write", work, then, self._say)

    def show_reports(self) -> None:
        """The reports of this project's imports."""
        from app.dialogs.import_reports import ImportReports
        from mer_core.datasets.report import from_json

        project = self._desk.session.project
        if project is None:
            return
        try:
            reports = [(at, from_json(text)) for _, at, _, text in project.import_reports()]
        except MerError as error:
            self._say(str(error))
        else:
            self._show(ImportReports(reports, self._window))

    # Finding moved clips

    def locate_missing(self) -> None:
        """Ask where moved clips lie now, and look for all of them there."""
        project = self._desk.session.project
        if project is None:
            return
        name = QFileDialog.getExistingDirectory(
            self._window, "Where do the moved clips, or one of them, lie now?", str(project.folder.parent)
        )
        if name:
            self.locate(Path(name))

    def locate(self, place: Path) -> None:
        """Look for all missing clips in a new place, in the background, and keep where they are."""
        from mer_core.project.locating import locate

        project = self._desk.session.project
        if project is None:
            return
        folder = project.folder

        def work() -> Relocation:
            with Project.open(folder) as opened:
                return locate(opened, place, self._progress)

        def then(found: Relocation) -> None:
            self._end_watch()
            if self._desk.session.project is project and not self._given_up.is_set():
                self._keep_places(found, place)

        def otherwise(sentence: str) -> None:
            self._end_watch()
            self._say(sentence)

        self._begin_watch(f"Looking for the clips in {place}…")
        self._worker.submit("locate", work, then, otherwise)

    def _keep_places(self, found: Relocation, place: Path) -> None:
        self._notice.hide()
        if found.changes:
            count = counted(len(found.changes), "clip")
            told = "" if found.still_missing else f"All is found again: {count} in {place}."
            self._write(f"Locate {count}", list(found.changes), told=told)
        elif not found.still_missing:
            self._notice.tell("No clip is missing: all are where the project knows them.")
        if found.still_missing:
            clip, why = found.still_missing[0]
            self._say(
                f"Found again in {place}: {counted(len(found.changes), 'clip')}; still missing: "
                f"{counted(len(found.still_missing), 'clip')}; {clip.name}: {why}."
            )

    def _offer_to_locate(self, sentence: str) -> None:
        session = self._desk.session
        clip, project = session.clip, session.project
        if clip is not None and project is not None and not project.full_path(clip).exists():
            self._notice.offer(sentence, "Locate…", self.locate_missing)

    # How far the looking is

    def _begin_watch(self, text: str) -> None:
        self._end_watch()
        self._given_up.clear()
        self._watch = QProgressDialog(text, "Cancel", 0, 0, self._window)
        self._watch.setWindowTitle("Locate clips")
        self._watch.setMinimumDuration(500)
        self._watch.setAutoClose(False)
        self._watch.setAutoReset(False)
        self._watch.setMinimumWidth(420)
        self._watch.canceled.connect(self._give_up)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.canceled.disconnect(self._give_up)
            self._watch.close()
            self._watch.deleteLater()
            self._watch = None

    def _give_up(self) -> None:
        self._given_up.set()
        self._end_watch()

    def _progress(self, done: int, total: int, text: str) -> None:
        """Called by the working thread."""
        if self._given_up.is_set():
            raise Cancelled
        self._progressed.emit(done, total, text)

    def _show_progress(self, done: int, total: int, text: str) -> None:
        if self._watch is not None:
            self._watch.setMaximum(total)
            self._watch.setValue(done)
            self._watch.setLabelText(text)

    def _say(self, sentence: str) -> None:
        self._notice.say(sentence)

    def _show(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._forget)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _forget(self, _code: Any) -> None:
        self.dialog = None


def _holds_clips(folder: Path) -> bool:
    """Whether a folder is a data set's, or holds several clips; else it is, or should be, one clip."""
    from mer_core.datasets.folders import frame_folders
    from mer_core.datasets.registry import detect

    if detect(folder) is not None:
        return True
    found, _ = frame_folders(folder)
    return bool(found) and all(each.path != folder for each in found)
