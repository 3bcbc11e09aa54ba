"""From paths a user gives to an open project and clips in it."""

import re
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import places
from app.background import Worker
from app.session import Session
from mer_core.errors import ClipError, ProjectError
from mer_core.project import FILE_NAME, ClipRecord, Project

_SUBJECT = re.compile(r"(?:s|sub|subject|sp|p|participant)[-_ ]?(?:no\.)?\d+|\d{2,4}", re.IGNORECASE)

_Seen = tuple[list[tuple[Path, float, int]], list[str]]


class Opener(QObject):
    """Projects open at once; clips are looked at in the background first, and only readable ones are added."""

    opened = Signal()
    busy = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = Worker("opener", self)

    def open(self, paths: list[Path]) -> None:
        """Open a project, or add clips to the open one (or to the project for loose clips) and show the first."""
        clips = []
        for path in paths:
            if path.name == FILE_NAME or (path / FILE_NAME).is_file():
                self.open_project(path)
            else:
                clips.append(path)
        if clips:
            self.busy.emit(f"Opening {clips[0].name}…")
            project = self._session.project
            self._worker.submit(
                " ".join(map(str, clips)),  # each request is its own: none replaces another
                lambda: _look_at(clips),
                lambda seen: self._add(seen, project),
                self._fail,
            )

    def open_project(self, path: Path) -> None:
        """Open a project."""
        try:
            self._session.open_project(path)
        except ProjectError as error:
            self._fail(str(error))
        else:
            self.opened.emit()

    def create_project(self, folder: Path) -> None:
        """Make an empty project and open it."""
        try:
            self._session.create_project(folder, places.user_name())
        except ProjectError as error:
            self._fail(str(error))
        else:
            self.opened.emit()

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _fail(self, sentence: str) -> None:
        self.busy.emit("")
        self.failed.emit(sentence)

    def _add(self, seen: _Seen, asked_in: Project | None) -> None:
        self.busy.emit("")
        found, problems = seen
        if asked_in is not self._session.project and asked_in is not None:
            return  # another project was opened meanwhile: these were not meant for it
        if found and (self._session.project is not None or self._open_loose()):
            self._add_found(found)
        if problems:  # said last: the edit before it takes older notices away
            more = f" ({len(problems)} of {len(problems) + len(found)} could not be opened.)" if found else ""
            self.failed.emit(problems[0] + more)

    def _add_found(self, found: list[tuple[Path, float, int]]) -> None:
        project = self._session.project
        if project is None:
            return
        known = {clip.path: clip for clip in project.clips()}
        next_id = project.next_clip_id()
        new: list[ClipRecord] = []
        for path, fps, frames in found:
            stored = project.stored_path(path)
            if stored not in known:
                known[stored] = ClipRecord(next_id + len(new), stored, path.parent.name, _subject(path), fps, frames)
                new.append(known[stored])
        if new:
            self._session.add_clips(new)
        first = known[project.stored_path(found[0][0])].id
        if self._session.clip is None or self._session.clip.id != first:
            self._session.choose_clip(first)
        self.opened.emit()

    def _open_loose(self) -> bool:
        """Loose clips' labels are kept too: in a project of their own."""
        folder = places.loose_clips_project()
        if (folder / FILE_NAME).is_file():
            self.open_project(folder)
        else:
            self.create_project(folder)
        return self._session.project is not None


def _look_at(paths: list[Path]) -> _Seen:
    """What can be opened of these, and a sentence for each that cannot."""
    from mer_core.clips import open_clip

    found, problems = [], []
    for path in paths:
        try:
            with open_clip(path) as clip:
                found.append((path, clip.fps, len(clip)))
        except ClipError as error:
            problems.append(str(error))
    return found, problems


def _subject(path: Path) -> str:
    """The nearest folder above named like a subject (sub01, s1, 006), else the clip's own name."""
    for folder in path.parents:
        if _SUBJECT.fullmatch(folder.name):
            return folder.name
    return path.stem
