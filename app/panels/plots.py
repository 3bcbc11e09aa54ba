"""The docks drawn by pyqtgraph, which takes longer to load than the window to open: they are filled in afterwards."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.background import Worker
from app.card_words import figure, protocol
from app.desk import Desk
from app.qt_names import make_all
from mer_core.counted import counted
from mer_core.models.history import read_history

if TYPE_CHECKING:
    from app.panels.motion import MotionPanel
    from app.panels.training import TrainingPanel
    from mer_core.analysis import Measurement


class Plots(QObject):
    """Places for the motion and training panels, and the panels once `load` has brought them."""

    hinted = Signal(str)
    whole_frame_wanted = Signal()
    loaded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.motion_place, self.training_place = _place(), _place()
        self.motion: MotionPanel | None = None
        self.training: TrainingPanel | None = None
        self._measurement: tuple[Measurement | None, str] = (None, "")
        self._desk: Desk | None = None
        self._settings = QSettings()
        self._worker = Worker("plots", self)
        self._stopped = False

    def connect_to(self, desk: Desk) -> None:
        """Serve this desk, once loaded."""
        self._desk = desk

    def keep_in(self, settings: QSettings) -> None:
        """Where what the user chooses in the panels is kept."""
        self._settings = settings

    def load(self) -> None:
        """Import the plotting library off the GUI thread, then build the panels."""
        self._take(self._prepare())

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self._worker.stop()

    def show_measurement(self, measurement: "Measurement | None", text: str) -> None:
        """Show a measurement in the motion panel."""
        self._measurement = measurement, text
        if self.motion:
            self.motion.show_measurement(measurement, text, no_face=self._no_face())

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        for panel in (self.motion, self.training):
            if panel:
                panel.follow_theme()

    def _take(self, pieces: Iterator[None]) -> None:
        """A piece, then the window's own events: all at once would hold it up for a quarter of a second."""
        if not self._stopped and next(pieces, self) is None:
            QTimer.singleShot(0, self, lambda: self._take(pieces))

    def _prepare(self) -> Iterator[None]:
        yield from make_all()
        self._worker.submit("import", _import_panels, lambda _: self._take(self._panels()), _unreachable)

    def _panels(self) -> Iterator[None]:
        from app.panels.motion import MotionPanel
        from app.panels.motion_views import VIEWS, MotionView
        from app.panels.training import TrainingPanel

        views: list[MotionView] = []
        for kind in VIEWS:
            views.append(kind())
            yield
        training = TrainingPanel()
        yield
        self.motion, self.training = MotionPanel(self._settings, views), training
        for place, panel in ((self.motion_place, self.motion), (self.training_place, self.training)):
            layout = place.layout()
            if layout is not None:
                layout.addWidget(panel)
        self.motion.hinted.connect(self.hinted)
        self.motion.whole_frame_wanted.connect(self.whole_frame_wanted)
        self.motion.show_measurement(*self._measurement, no_face=self._no_face())
        if self._desk:
            self.motion.span_chosen.connect(self._desk.live.show_span)
            self.motion.flow_chosen.connect(self._desk.live.show_flow)
            self._desk.live.show_flow(self.motion.changes())
            self._follow_training(self._desk, self.training)
        self.loaded.emit()

    def _no_face(self) -> bool:
        return self._desk is not None and bool(self._desk.live.no_face)

    def _follow_training(self, desk: Desk, panel: "TrainingPanel") -> None:
        trainer = desk.trainer
        panel.stop_button.clicked.connect(trainer.stop)
        panel.cancel_button.clicked.connect(trainer.cancel)
        trainer.started.connect(panel.start)
        trainer.ending.connect(panel.show_ending)
        trainer.progressed.connect(panel.show_progress)
        trainer.epoch.connect(panel.show_epoch)
        trainer.finished.connect(lambda _, card: panel.show_end(_result(card)))
        trainer.cancelled.connect(lambda: panel.show_end("Cancelled: the run was deleted, the model is as before."))
        trainer.failed.connect(panel.show_end)
        desk.model_changed.connect(self._look_at_past)
        self._look_at_past(desk.model, desk.live.card)

    def _look_at_past(self, folder: Path | None, card: Mapping[str, Any]) -> None:
        """Show how the model that answers was trained, unless a training is under way."""

        def show(epochs: list[dict[str, Any]]) -> None:
            # Of a model that answers no more, as when its project was closed meanwhile, nothing is shown.
            if self.training and self._desk and not self._desk.trainer.running and self._desk.model == folder:
                known = epochs if card.keys() >= _TOLD else []
                self.training.show_past(known, _result(card) if known else "")

        if folder is None:
            show([])
        else:
            self._worker.submit("history", lambda: read_history(folder), show, _unreachable)


_TOLD = {"name", "clips", "seeds", "protocol", "held_out", "untrained"}
"""What ``_result`` reads of a card."""


def _place() -> QWidget:
    place = QWidget()
    QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
    return place


def _result(card: Mapping[str, Any]) -> str:
    seeds = len(card["seeds"])
    held_out, untrained = (figure(card[whose]["uf1"], seeds) for whose in ("held_out", "untrained"))
    without_face = ", ".join(card.get("features", {}).get("left_out", {}))
    stopped = f" Stopped after {card['epochs']} epochs." if card.get("stopped_early") else ""
    return (
        f"Trained: {card['name']}.{stopped} On held-out subjects ({protocol(card)}, {counted(card['clips'], 'clip')}, "
        f"{counted(seeds, 'seed')}) UF1 {held_out}; untrained {untrained}."
        + (f" Left out, since they show no face: {without_face}." if without_face else "")
    )


def _import_panels() -> None:
    for name in ("app.panels.motion", "app.panels.training"):
        importlib.import_module(name)


def _unreachable(sentence: str) -> None:
    raise AssertionError(f"neither an import nor a history raises a MerError: {sentence}")
