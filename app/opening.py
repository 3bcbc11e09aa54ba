"""From paths a user gives to an open project and clips in it."""

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import places
from app.background import Worker
from app.session import Session
from mer_core.errors import Cancelled, ClipError, ProjectError
from mer_core.progress import Progress
from mer_core.project import FILE_NAME, ClipRecord, Project

_SUBJECT = re.compile(r"(?:s|sub|subject|sp|p|participant)[-_ ]?(?:no\.)?\d+|\d{2,4}", re.IGNORECASE)

_Found = tuple[Path, float, int, str, bool]  # frame rate, number of frames, fingerprint, whether the rate is known
_Seen = tuple[list[_Found], list[str]]


class Opener(QObject):
    """Projects open at once; clips are looked at in the background first, and only readable ones are added."""

    opened = Signal()
    busy = Signal(str)
    failed = Signal(str)
    rate_assumed = Signal(str)  # a sentence on clips added whose frame rate nothing says
    looking = Signal(int, int, str)  # how far the look at a clip is that takes a while; equal: it is over

    _looked = Signal(object, int, int, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = Worker("opener", self)
        self._request = object()  # names the requests that have not been given up
        self._looked.connect(self._tell_looked)

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
            project, request, folder = self._session.project, self._request, places.index_folder()
            needed = places.loose_clips_project() if project is None else None

            def report(done: int, total: int, text: str) -> None:
                if request is not self._request:
                    raise Cancelled
                self._looked.emit(request, done, total, text)

            self._worker.submit(
                " ".join(map(str, clips)),  # each request is its own: none replaces another
                lambda: _prepared(_look_at(clips, report, folder), needed),
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

    def cancel(self) -> None:
        """Give up the clips that are being looked at."""
        self._request = object()
        self._worker.forget()
        self._tell_over()

    def _tell_looked(self, request: object, done: int, total: int, text: str) -> None:
        if request is self._request:
            self.looking.emit(min(done, total - 1), total, text)

    def _tell_over(self) -> None:
        self.busy.emit("")
        self.looking.emit(1, 1, "")

    def stop(self) -> None:
        """End the thread."""
        self._request = object()
        self._worker.stop()

    def _fail(self, sentence: str) -> None:
        self._tell_over()
        self.failed.emit(sentence)

    def _add(self, seen: _Seen, asked_in: Project | None) -> None:
        self._tell_over()
        found, problems = seen
        if asked_in is not self._session.project and asked_in is not None:
            return  # another project was opened meanwhile: these were not meant for it
        if found and (self._session.project is not None or self._open_loose()):
            self._add_found(found)
        if problems:  # said last: the edit before it takes older notices away
            more = f" ({len(problems)} of {len(problems) + len(found)} could not be opened.)" if found else ""
            self.failed.emit(problems[0] + more)

    def _add_found(self, found: list[_Found]) -> None:
        project = self._session.project
        if project is None:
            return
        known = {clip.path: clip for clip in project.clips()}
        next_id = project.next_clip_id()
        new: list[ClipRecord] = []
        assumed: list[_Found] = []
        for seen in found:
            path, fps, frames, mark, rate_known = seen
            stored = project.stored_path(path)
            if stored not in known:
                assumed += [] if rate_known else [seen]
                known[stored] = ClipRecord(next_id + len(new), stored, *_who(path), fps, frames, mark)
                new.append(known[stored])
        if new:
            self._session.add_clips(new)
        first = known[project.stored_path(found[0][0])].id
        if self._session.clip is None or self._session.clip.id != first:
            self._session.choose_clip(first)
        self.opened.emit()
        if assumed:
            self.rate_assumed.emit(_rate_assumed(assumed))

    def _open_loose(self) -> bool:
        """Loose clips' labels are kept too: in a project of their own."""
        folder = places.loose_clips_project()
        if (folder / FILE_NAME).is_file():
            self.open_project(folder)
        else:
            self.create_project(folder)
        return self._session.project is not None


def _rate_assumed(clips: list[_Found]) -> str:
    """Pictures say no frame rate, and a wrong one makes every duration wrong."""
    path, fps, *_ = clips[0]
    which, where = (f"{len(clips)} folders", "it in each") if len(clips) > 1 else (path.name, "it")
    return (
        f"The pictures of {which} say no frame rate: {fps:g} a second are assumed. All times hang on it, so set "
        f"{where} (F2) if it was another."
    )


def _look_at(paths: list[Path], progress: Progress, index_folder: Path) -> _Seen:
    """What can be opened of these, and a sentence for each that cannot."""
    from mer_core.clips import open_clip

    found, problems = [], []
    for path in paths:
        try:
            told = partial(_tell_of, path, progress)
            with open_clip(path, progress=told, index_folder=index_folder) as clip:
                found.append((path, clip.fps, len(clip), clip.fingerprint(), clip.fps_known))
        except ClipError as error:
            problems.append(str(error))
    return found, problems


def _prepared(seen: _Seen, loose: Path | None) -> _Seen:
    """What was seen, once the project that takes loose clips is there: to make one the disk is waited for."""
    if loose is not None and seen[0] and not (loose / FILE_NAME).is_file():
        with Project.create(loose) as made:
            made.set_coder(places.user_name())
    return seen


def _tell_of(path: Path, progress: Progress, done: int, total: int, text: str) -> None:
    progress(done, total, f"{text} of {path.name}")


def _who(path: Path) -> tuple[str, str]:
    """Data set and subject: the nearest folder above named like a subject (sub01, s1, 006), and the one it lies in.

    Else the folder alone: who is in the clip is not known, and neither the file's name nor a guess stands for it.
    """
    for folder in path.parents:
        if _SUBJECT.fullmatch(folder.name):
            return folder.parent.name, folder.name
    return path.parent.name, ""
