"""The search for movements in the open clip: a child process, so that the window never waits for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import CoreProcess
from app.media import Media
from app.places import index_folder
from app.session import Session
from app.timeline.curve import Curve
from mer_core.spotting.suggestion import Suggestion

_SETTLE = 400  # milliseconds a clip has to stay open before the search begins: nobody waits while stepping past clips
_USER_ERROR = 1  # exit code of a command that says in a sentence why it cannot: no face, a clip that cannot be read


@dataclass(frozen=True, eq=False)
class Spotted:
    """What was found in a clip."""

    curve: Curve
    suggestions: tuple[Suggestion, ...]


class Spotter(QObject):
    """At most one search, of the clip that is open; another clip, or another face, ends it."""

    changed = Signal()  # `spotted` is another
    progressed = Signal(float)  # 0..1; 0: no search
    failed = Signal(str)

    def __init__(self, session: Session, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._media = session, media
        self.spotted: Spotted | None = None
        self._wanted = True
        self._of: tuple[Path, Path, float, str] | None = None  # project, clip, rate, face
        self._process: CoreProcess | None = None
        self._ending: list[CoreProcess] = []
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.setInterval(_SETTLE)
        self._begin.timeout.connect(self._start)
        media.opened.connect(self._follow)
        media.closed.connect(self._follow)
        session.clip_changed.connect(self._follow)

    @property
    def running(self) -> bool:
        """Whether a search is under way or about to begin."""
        return self._process is not None or self._begin.isActive()

    def want(self, wanted: bool) -> None:
        """Whether clips are searched at all."""
        self._wanted = wanted
        self._follow()

    def stop(self) -> None:
        """End all children: the window is closing. What they have not kept is lost."""
        self._begin.stop()
        for process in [*self._ending, *([self._process] if self._process else [])]:
            process.end(50)
        self._process = None

    def _follow(self) -> None:
        """Search the clip that is open now, if it is not the one searched."""
        project, record = self._session.project, self._session.clip
        of = None
        if self._wanted and project is not None and record is not None and self._media.clip is not None:
            of = project.folder, project.full_path(record), record.fps, record.face
        if of == self._of:
            return
        self._of = of
        self._give_up()
        self._take(None)
        if of is not None:
            self._begin.start()

    def _give_up(self) -> None:
        self._begin.stop()
        process, self._process = self._process, None
        if process is not None:
            self._ending.append(process)
            process.send("cancel")
        self.progressed.emit(0.0)

    def _start(self) -> None:
        if self._of is None:
            return
        project, path, fps, face = self._of
        arguments = ["spot", str(path), "--project", str(project), "--fps", f"{fps:.17g}", "--json-lines"]
        arguments += ["--index-folder", str(index_folder())]  # the clip's own opening has listed a long video there
        process = CoreProcess([*arguments, *(["--face", face] if face else [])], self)
        self._process = process
        process.message.connect(lambda message: self._hear(process, message))
        process.ended.connect(lambda code, log: self._end(process, code, log))

    def _hear(self, process: CoreProcess, message: dict[str, Any]) -> None:
        if process is not self._process:
            return
        if message["event"] == "progress":
            self.progressed.emit(message["done"] / max(1, message["total"]))
        elif message["event"] == "spotted":
            suggestions = tuple(Suggestion.from_dict(each) for each in message["suggestions"])
            self.progressed.emit(0.0)
            self._take(Spotted(Curve(message["indices"], message["values"]), suggestions))

    def _end(self, process: CoreProcess, code: int, log: str) -> None:
        process.deleteLater()
        if process in self._ending:
            self._ending.remove(process)
        if process is not self._process:
            return
        self._process = None
        self.progressed.emit(0.0)
        if code not in (0, _USER_ERROR):  # the other is said by whoever shows or measures the clip
            last = log.splitlines()[-1] if log else f"exit code {code}"
            self.failed.emit(f"The search for movements ended without a result: {last}")

    def _take(self, spotted: Spotted | None) -> None:
        if spotted is not self.spotted:
            self.spotted = spotted
            self.changed.emit()
