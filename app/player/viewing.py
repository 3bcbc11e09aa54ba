"""The ways to look at a face beside the plain frame, tied to the window's parts."""

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QMenu

from app.actions import Actions
from app.desk import Desk
from app.panels.plots import Plots
from app.player.face_outline import FaceOutline
from app.player.face_picker import FacePicker
from app.player.flicker import Flicker
from app.player.looks import Looks
from app.player.player import Player


class Viewing(QObject):
    """Whose face, magnified motion, difference, flicker; and how the motion panel's fields are measured."""

    def __init__(self, desk: Desk, player: Player, plots: Plots, actions: Actions, settings: QSettings) -> None:
        super().__init__(player)
        self.faces = FacePicker(desk, player.view, actions)
        self.outline = FaceOutline(desk, player, actions)
        self.looks = Looks(desk, player)
        rates = QMenu("Flicker rate", actions.menus["View"])
        actions.menus["View"].insertMenu(actions["face"], rates)
        self.flicker = Flicker(desk, player, actions["flicker"], rates, settings)
        plots.keep_in(settings)
        plots.whole_frame_wanted.connect(self.faces.choose_whole_frame)

    def stop(self) -> None:
        """End the threads."""
        self.faces.stop()
        self.outline.stop()
        self.looks.stop()
        self.flicker.stop()
