"""The magnified and the difference view of the frame shown: worked out beside the window, of the newest frame only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.background import Worker
from app.desk import Desk
from app.player.player import LOOKS, Player

if TYPE_CHECKING:
    from app.player.video_view import Overlay
    from mer_core.faces import Alignment
    from mer_core.flow import FlowSettings
    from mer_core.looking import Comparison

_Key = tuple[int, int, "Alignment", "FlowSettings"]


class Looks(QObject):
    """Compares the frame shown with the onset, and lays the picture over the face while one of LOOKS is chosen."""

    def __init__(self, desk: Desk, player: Player) -> None:
        super().__init__(desk)
        self._desk, self._player = desk, player
        self._worker = Worker("looks", self)
        self._last: tuple[_Key, Comparison] | None = None  # so that the slider alone costs little
        desk.media.frame_shown.connect(self._refresh)
        desk.media.closed.connect(self._let_go)
        desk.session.marks_changed.connect(self._refresh)
        desk.live.aligned.connect(self._refresh)
        player.overlay_chosen.connect(self._refresh)
        for slider in player.strengths.values():
            slider.valueChanged.connect(self._refresh)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _let_go(self) -> None:
        self._worker.forget()
        self._last = None

    def _refresh(self, *_: Any) -> None:
        name = self._player.chosen_overlay
        if name not in LOOKS:
            self._worker.forget()
            self._player.view.show_note("look", "")
            return
        media, live, onset = self._desk.media, self._desk.live, self._desk.session.marks.onset
        buffer, alignment, settings, index = media.buffer, live.alignment, live.settings(), media.index
        why = ""
        if live.no_face:
            why = "no face"
        elif onset is None:
            why = "mark the onset first"
        elif onset == index:
            why = "this is the onset"
        self._player.view.show_note("look", f"{name}: {why}" if why else "")
        if why or buffer is None or alignment is None or settings is None or onset is None or onset >= media.frames:
            self._worker.forget()
            self._player.show_look(name, None)
            return
        key: _Key = onset, index, alignment, settings
        strength = self._player.strengths[name].value()

        def work() -> tuple[Comparison, Overlay]:
            from app.player.overlays import look_overlay
            from mer_core.looking import compare

            last = self._last
            found = last[1] if last and last[0] == key else compare(buffer.frame, alignment, onset, index, settings)
            return found, look_overlay(name, found, strength)

        def show(made: tuple[Comparison, Overlay]) -> None:
            self._last = key, made[0]
            if self._player.chosen_overlay == name:
                self._player.show_look(name, made[1])

        self._worker.submit("look", work, show, self._desk.problem.emit)
