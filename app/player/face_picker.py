"""Several people in a clip: a box around each face, and a click says whose is measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF

from app.actions import Actions
from app.background import Worker
from app.desk import Desk
from app.player.face_marks import FaceBox
from app.player.video_view import VideoView

if TYPE_CHECKING:
    from mer_core.faces import Face

_ACTIONS = ("pick_face", "largest_face", "whole_frame")


class FacePicker(QObject):
    """Draws the boxes where a clip shows several faces and none has been chosen, or when asked to."""

    def __init__(self, desk: Desk, view: VideoView, actions: Actions) -> None:
        super().__init__(desk)
        self._desk, self._view, self._actions = desk, view, actions
        self._worker = Worker("faces", self)
        self._picking = False
        self._found: tuple[int, list[Face]] = (0, [])
        actions.connect(
            {
                "pick_face": lambda: self._pick(actions["pick_face"].isChecked()),
                "largest_face": lambda: self._choose(""),
                "whole_frame": self.choose_whole_frame,
            }
        )
        desk.live.aligned.connect(self._follow)
        desk.session.clip_changed.connect(self._show_choice)
        desk.media.frame_shown.connect(lambda _: self._look())
        view.clicked.connect(self._take)
        self._show_choice()

    def choose_whole_frame(self) -> None:
        """Measure the whole frame in place of a face."""
        from mer_core.faces import WHOLE_FRAME

        self._choose(str(WHOLE_FRAME))

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _choose(self, face: str) -> None:
        clip = self._desk.session.clip
        self._pick(False)
        if clip is not None and clip.face != face:
            self._desk.session.edit_clip(clip, face=face)
        self._show_choice()

    def _show_choice(self) -> None:
        clip = self._desk.session.clip
        self._actions.enable(_ACTIONS, clip is not None)
        self._actions["largest_face"].setChecked(clip is not None and not clip.face)
        self._actions["whole_frame"].setChecked(clip is not None and clip.face == "whole frame")

    def _follow(self) -> None:
        """The clip's face was found, or its clip was closed."""
        clip, alignment = self._desk.session.clip, self._desk.live.alignment
        several = alignment is not None and alignment.faces > 1
        self._pick(several and clip is not None and not clip.face)

    def _pick(self, picking: bool) -> None:
        self._picking = picking
        self._actions["pick_face"].setChecked(picking)
        self._worker.forget()
        self._show(0, [])
        self._view.show_note("faces", "")
        self._look()

    def _look(self) -> None:
        image, index = self._desk.media.image, self._desk.media.index
        if not self._picking or image is None:
            return

        def work() -> list[Face]:
            from mer_core.faces import find_faces

            return sorted(find_faces(image, thorough=False, every=True), key=lambda face: face.centre[0])

        def tell(faces: list[Face]) -> None:
            self._show(index, faces)
            several = f"{len(faces)} faces: click the one to measure"
            self._view.show_note(
                "faces", ("No face is found here", "One face is found here", several)[min(len(faces), 2)]
            )

        self._worker.submit("look", work, tell, self._desk.problem.emit)

    def _show(self, index: int, faces: list[Face]) -> None:
        self._found = index, faces
        measured = self._measured(faces)
        to_corners = 0.5  # in a face's box whole numbers are pixels' centres, in the view their corners
        self._view.faces.boxes = tuple(
            FaceBox(
                QRectF(*face.box).translated(to_corners, to_corners),
                f"{number}, measured" if face is measured else str(number),
                face is measured,
            )
            for number, face in enumerate(faces, 1)
        )
        self._view.update()

    def _measured(self, faces: list[Face]) -> Face | None:
        """The one that the clip's alignment lies on."""
        alignment = self._desk.live.alignment
        if alignment is None or not faces:
            return None
        x, y = alignment.middle
        return min(faces, key=lambda face: math.dist((x, y), face.centre))

    def _take(self, at: QPointF) -> None:
        number = self._view.faces.box_at(at)
        if number is None:
            return
        from mer_core.faces import FaceChoice

        index, faces = self._found
        x, y = faces[number].centre
        self._choose(str(FaceChoice(index, round(x, 1), round(y, 1))))
