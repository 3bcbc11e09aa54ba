"""Where the face lies in the frame shown: its outline and mesh, and its regions, drawn on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.actions import Actions
from app.background import Worker
from app.desk import Desk
from app.player.player import Player

if TYPE_CHECKING:
    from mer_core.faces import Alignment

_ACTIONS = ("face", "regions")


class FaceOutline(QObject):
    """Draws what is measured; where the head strays through the clip, looked for in the frame shown."""

    def __init__(self, desk: Desk, player: Player, actions: Actions) -> None:
        super().__init__(player)
        self._desk, self._player, self._actions = desk, player, actions
        self._worker = Worker("outline", self)
        actions.connect(dict.fromkeys(_ACTIONS, self._refresh))
        desk.live.aligned.connect(self._refresh)
        desk.media.frame_shown.connect(lambda _: self._refresh() if self._wanted else None)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    @property
    def _wanted(self) -> bool:
        return any(self._actions[name].isChecked() for name in _ACTIONS)

    def _refresh(self) -> None:
        alignment, image = self._desk.live.alignment, self._desk.media.image
        if alignment is None or image is None or not self._wanted:
            self._worker.forget()
            self._draw(None)
            return

        def work() -> Alignment | None:
            from mer_core.analysis import onset_alignment

            return onset_alignment(image, alignment)

        self._worker.submit("look", work, self._draw, self._desk.problem.emit)

    def _draw(self, alignment: Alignment | None) -> None:
        outline, regions = (self._actions[name].isChecked() for name in _ACTIONS)
        self._player.show_face(alignment, outline=outline, regions=regions)
