"""A training while it runs: its curves, how far it is, stop and cancel; and how that of the model in use went."""

import time
from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.panels.fields import SpacePresses
from app.theme import colours, icon
from mer_core.pace import duration

_REDRAW = 400  # milliseconds from an epoch to its being drawn, with those that come meanwhile
_LITTLE = 2  # seconds of training after which the time left is told
_NONE = "No training yet: Model › Retrain…"
_FIRST_RUN = "FU-MIX's first training"
_WIDTHS = {"val_uar": 5}  # UAR is seen on both sides of UF1 where they are the same
_STAGES = {
    "trajectory": "FU-MIX's first training: finding out which clips are misread",
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
        self._state = QLabel(_NONE)
        self._state.setObjectName("hint")
        self._state.setWordWrap(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._shade = QLabel(_FIRST_RUN)
        self._shade.setToolTip("Its networks only find out which clips are often misread; then training begins anew")
        top = QHBoxLayout()
        top.addWidget(self.progress, 1)
        top.addWidget(self.stop_button)
        top.addWidget(self.cancel_button)
        self._graphics = pg.GraphicsLayoutWidget()
        self._loss = self._graphics.addPlot(row=0, col=0)
        self._score = self._graphics.addPlot(row=0, col=1)
        self._score.setYRange(0, 1)
        for plot in (self._loss, self._score):
            plot.setMenuEnabled(False)
            plot.setMouseEnabled(False, False)
            plot.hideButtons()
            plot.showGrid(y=True, alpha=0.3)
            for side in ("left", "bottom"):  # lines at lesser ticks too would take three times as long to paint
                plot.getAxis(side).setStyle(maxTickLevel=0, maxTextLevel=0)
        self._curves = {
            key: plot.plot(connect="finite")
            for plot, keys in ((self._loss, ("loss", "val_loss")), (self._score, ("val_uf1", "val_uar")))
            for key in keys
        }
        self._curves["val_uf1"].setZValue(1)
        self._first_runs = [pg.LinearRegionItem(movable=False) for _ in range(2)]
        for plot, first_run in zip((self._loss, self._score), self._first_runs, strict=True):
            first_run.setZValue(-10)
            plot.addItem(first_run)
        self._graphics.setVisible(False)
        space = SpacePresses(self)
        for button in (self.stop_button, self.cancel_button):
            button.installEventFilter(space)
        self._points: dict[str, list[tuple[float, float]]] = {key: [] for key in self._curves}
        self._redraw = QTimer(self)  # epochs come faster than anyone reads, and the axes take long to paint
        self._redraw.setInterval(_REDRAW)
        self._redraw.setSingleShot(True)
        self._redraw.timeout.connect(self._draw)
        self._first_run_to = 0  # the last epoch of FU-MIX's first training, 0 without one
        self._first_epoch: tuple[int, float] | None = None  # the first that was told of, and when
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        said = QHBoxLayout()
        said.addWidget(self._state, 1)
        said.addWidget(self._shade, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(said)
        layout.addWidget(self._graphics, 1)
        self.follow_theme()
        self.set_running(False)

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        c = colours()
        self._graphics.setBackground(c.window)
        for key, curve in self._curves.items():
            curve.setPen(pg.mkPen(c.accent if key in ("loss", "val_uf1") else c.onset, width=_WIDTHS.get(key, 2)))
        for first_run in self._first_runs:
            first_run.setBrush(c.raised)
            for edge in first_run.lines:
                edge.setPen(c.raised)
        for plot in (self._loss, self._score):
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(c.faint)
                plot.getAxis(side).setTextPen(c.text)
        self._show_legends()
        self._show_first_run()

    def _show_legends(self) -> None:
        """What is drawn how, in the titles: there it lies over nothing."""
        c = colours()
        for plot, title, names in (
            (self._loss, "Loss by epoch", ("trained on", "held out")),
            (self._score, "Held out, by epoch", ("UF1", "UAR")),
        ):
            lines = [
                f'<span style="color: {colour}"><b>—</b></span> {name}'
                for name, colour in zip(names, (c.accent, c.onset), strict=True)
            ]
            plot.setTitle(f"{title}: &nbsp;{' &nbsp;'.join(lines)}", size="9pt", color=c.text)

    def _show_first_run(self) -> None:
        """Shade FU-MIX's first training, if there is one."""
        c, first_run = colours(), self._first_run_to > 0
        self._shade.setStyleSheet(f"background: {c.raised}; padding: 1px 8px")
        self._shade.setVisible(first_run)
        for each in self._first_runs:
            each.setVisible(first_run)
            each.setRegion((0.5, self._first_run_to + 0.5))

    def show_past(self, epochs: Sequence[Mapping[str, Any]], text: str) -> None:
        """How a model's training went, by its epochs; where none are kept, that there was no training."""
        self._clear()
        for message in epochs:
            self._add(message)
        self._graphics.setVisible(bool(epochs))
        self._state.setAlignment(Qt.AlignmentFlag.AlignLeft if epochs else Qt.AlignmentFlag.AlignCenter)
        self.show_end(text if epochs else _NONE)

    def _clear(self) -> None:
        self._points = {key: [] for key in self._curves}
        self._first_run_to, self._first_epoch = 0, None

    def start(self) -> None:
        """Clear for a new training."""
        self._clear()
        self._draw()
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
        first = f", {self._first_run_to} of them FU-MIX's first" if self._first_run_to else ""
        counted = f"epoch %v of %m{first}" if message["stage"] == "training" else "epoch %v of %m"
        self.progress.setFormat(counted + self._time_left(epoch, epochs))
        shaded = self._first_run_to > 0
        self._add(message)
        if (self._first_run_to > 0) != shaded:
            self._show_first_run()
        if not self._redraw.isActive():
            self._redraw.start()

    def _add(self, message: Mapping[str, Any]) -> None:
        """An epoch's points."""
        epoch = int(message["epoch"])
        if message["stage"] == "trajectory":
            self._first_run_to = epoch
        for key in self._curves:
            if message.get(key) is not None:
                if epoch == self._first_run_to + 1 > 1:  # other networks, trained from the beginning: no line between
                    self._points[key].append((epoch - 0.5, nan))
                self._points[key].append((epoch, float(message[key])))

    def _time_left(self, epoch: int, epochs: int) -> str:
        """By what the epochs have taken so far; nothing while that says little."""
        now = time.monotonic()
        if self._first_epoch is None:
            self._first_epoch = epoch, now
        first, began = self._first_epoch
        if epoch in (first, epochs) or now - began < _LITTLE:
            return ""
        return f", about {duration((now - began) / (epoch - first) * (epochs - epoch))} left"

    def _draw(self) -> None:
        self._redraw.stop()
        self._show_first_run()
        for key, curve in self._curves.items():
            curve.setData(*zip(*self._points[key], strict=True) if self._points[key] else ([], []))

    def show_end(self, text: str) -> None:
        """Say how the training ended."""
        self._draw()
        self._state.setText(text)
        self.set_running(False)
