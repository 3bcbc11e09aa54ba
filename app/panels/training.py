"""A training while it runs: its curves, how far it is, stop and cancel; and how the last one ended."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.panels.fields import SpacePresses
from app.theme import colours, icon

_STAGES = {
    "trajectory": "First run: finding out which clips are misread",
    "training": "Training; each subject is held out of one of the networks",
}


class TrainingPanel(QWidget):
    """Loss on the clips learned from and on held-out subjects, and the held-out UF1."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = QProgressBar()
        self.progress.setTextVisible(True)
        self.stop_button = QPushButton(icon("square"), "Stop")
        self.stop_button.setToolTip("End now and keep the model as it is")
        self.cancel_button = QPushButton(icon("x"), "Cancel")
        self.cancel_button.setToolTip("End now and delete this run")
        self._state = QLabel("No training yet: Model › Retrain…")
        self._state.setObjectName("hint")
        self._state.setWordWrap(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top = QHBoxLayout()
        top.addWidget(self.progress, 1)
        top.addWidget(self.stop_button)
        top.addWidget(self.cancel_button)
        self._graphics = pg.GraphicsLayoutWidget()
        self._loss = self._graphics.addPlot(row=0, col=0)
        self._score = self._graphics.addPlot(row=0, col=1)
        self._score.setYRange(0, 1)
        self._loss.setTitle("Loss, by epoch", size="9pt")
        self._score.setTitle("On held-out subjects, by epoch", size="9pt")
        for plot in (self._loss, self._score):
            plot.addLegend(offset=(-8, 8), labelTextSize="8pt")
            plot.setMenuEnabled(False)
            plot.setMouseEnabled(False, False)
            plot.hideButtons()
            plot.showGrid(y=True, alpha=0.2)
        self._curves = {
            "loss": self._loss.plot(name="trained on"),
            "val_loss": self._loss.plot(name="held out"),
            "val_uf1": self._score.plot(name="UF1"),
            "val_uar": self._score.plot(name="UAR"),
        }
        self._graphics.setVisible(False)
        space = SpacePresses(self)
        for button in (self.stop_button, self.cancel_button):
            button.installEventFilter(space)
        self._points: dict[str, list[tuple[int, float]]] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        layout.addWidget(self._state)
        layout.addWidget(self._graphics, 1)
        self.follow_theme()
        self.set_running(False)

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        c = colours()
        self._graphics.setBackground(c.window)
        for key, colour in (("loss", c.accent), ("val_loss", c.onset), ("val_uf1", c.accent), ("val_uar", c.onset)):
            self._curves[key].setPen(pg.mkPen(colour, width=2))
        for plot in (self._loss, self._score):
            plot.titleLabel.setText(plot.titleLabel.text, color=c.text)
            plot.legend.setLabelTextColor(c.text)
            for _, label in plot.legend.items:
                label.setText(label.text, color=c.text)
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(c.faint)
                plot.getAxis(side).setTextPen(c.text)

    def start(self) -> None:
        """Clear for a new training."""
        self._points = {key: [] for key in self._curves}
        for curve in self._curves.values():
            curve.setData([], [])
        self._graphics.setVisible(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self._state.setText("Starting…")
        self.set_running(True)

    def set_running(self, running: bool) -> None:
        """Whether there is anything to stop."""
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.cancel_button.setVisible(running)
        self.stop_button.setEnabled(running)
        self.cancel_button.setEnabled(running)

    def show_ending(self, text: str) -> None:
        """Say that it was asked to end."""
        self._state.setText(text)
        self.stop_button.setEnabled(False)
        self.cancel_button.setEnabled(False)

    def show_progress(self, done: int, total: int, text: str) -> None:
        """How far the work before the first epoch is."""
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self._state.setText(text)

    def show_epoch(self, message: dict[str, Any]) -> None:
        """Add an epoch to the curves."""
        epoch, epochs = int(message["epoch"]), int(message["epochs"])
        if self.stop_button.isEnabled():
            self._state.setText(_STAGES.get(message["stage"], message["stage"]))
        self.progress.setRange(0, epochs)
        self.progress.setValue(epoch)
        self.progress.setFormat("epoch %v of %m")
        for key, curve in self._curves.items():
            if message.get(key) is not None:
                self._points[key].append((epoch, float(message[key])))
                curve.setData(*zip(*self._points[key], strict=True))

    def show_end(self, text: str) -> None:
        """Say how the training ended."""
        self._state.setText(text)
        self.set_running(False)
