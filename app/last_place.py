"""Where one was in a project: the clip and the frame shown last, shown again when it is opened."""

import json

from PySide6.QtCore import QObject, QSettings, QTimer

from app.desk import Desk

_KEY = "last places"
_MOST = 50  # projects; the one not opened for longest is forgotten first
_SETTLED = 500  # milliseconds without another frame, after which the one shown is kept


class LastPlace(QObject):
    """Kept in the user's settings, not in the project: it says nothing about the clips."""

    def __init__(self, desk: Desk, settings: QSettings) -> None:
        super().__init__(desk)
        self._desk, self._settings = desk, settings
        self._shown: tuple[str, int, int] | None = None  # folder, clip, frame index: not yet kept
        self._keep_soon = QTimer(self, singleShot=True, interval=_SETTLED)
        self._keep_soon.timeout.connect(self.keep)
        desk.session.project_changed.connect(self.keep)
        desk.media.frame_shown.connect(self._note)
        desk.opener.opened.connect(self._return)

    def keep(self) -> None:
        """Keep what was shown last, now."""
        self._keep_soon.stop()
        shown, self._shown = self._shown, None
        if shown is not None:
            folder, clip, index = shown
            places = self._places()
            places.pop(folder, None)
            places[folder] = [clip, index]
            self._settings.setValue(_KEY, json.dumps(dict(list(places.items())[-_MOST:])))

    def _note(self, index: int) -> None:
        session = self._desk.session
        if session.project is not None and session.clip is not None:
            self._shown = str(session.project.folder.resolve()), session.clip.id, index
            self._keep_soon.start()

    def _return(self) -> None:
        """Show it again, or the first clip where that one is gone."""
        session = self._desk.session
        project = session.project
        if project is None or session.clip is not None:
            return
        place = self._places().get(str(project.folder.resolve()))
        clips = project.clips()
        if place is None or not clips:
            return
        shown, index = place
        there = any(clip.id == shown and project.full_path(clip).exists() for clip in clips)
        self._desk.show_clip(*((shown, index) if there else (clips[0].id, None)))

    def _places(self) -> dict[str, list[int]]:
        try:
            places = json.loads(str(self._settings.value(_KEY, "{}")))
        except ValueError:  # edited by hand, or cut off
            return {}
        return places if isinstance(places, dict) else {}
