"""The motion between two frames: u, v and strain, each with its scale."""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.live import Span
from app.panels.fields import SpacePresses
from app.theme import colours
from mer_core.analysis import Measurement

SPANS: tuple[Span, ...] = ("onset → apex", "onset → current")
_SCALES = {"Automatic scale": None, "±0.5 px": 0.5, "±1 px": 1.0, "±2 px": 2.0, "±5 px": 5.0}
_TITLE, _SCALE = 28, 74  # pixels beside a picture for its title and its scale
_STRAIN_OF_PX = 0.05  # at a fixed scale of 1 px, strain is shown up to this


@dataclass(frozen=True)
class _Kind:
    title: str
    tip: str
    colour_map: str
    signed: bool


# Colour-blind-safe maps: blue–white–red for signed values, one dark-to-light for strain.
_KINDS = (
    _Kind("u  (→ right, px)", "Horizontal motion", "CET-D1A", True),
    _Kind("v  (↓ down, px)", "Vertical motion", "CET-D1A", True),
    _Kind("strain", "How much the skin is stretched or pressed", "inferno", False),
)


class MotionPanel(QWidget):
    """Three pictures side by side; the value under the pointer is told."""

    span_chosen = Signal(str)
    hinted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.span = QComboBox()
        self.span.addItems(list(SPANS))
        self.span.setAccessibleName("Frames the motion is measured between")
        self.span.currentTextChanged.connect(self.span_chosen)
        self.scale = QComboBox()
        self.scale.addItems(list(_SCALES))
        self.scale.setAccessibleName("Scale of the motion")
        self.scale.currentTextChanged.connect(lambda _: self._paint())
        self.as_network = QCheckBox("28 × 28, as the network sees it")
        self.as_network.installEventFilter(SpacePresses(self))
        self.as_network.toggled.connect(lambda _: self._paint())
        self._text = QLabel()
        self._text.setObjectName("hint")
        top = QHBoxLayout()
        top.addWidget(self.span)
        top.addWidget(self.scale)
        top.addWidget(self.as_network)
        top.addWidget(self._text, 1)

        self._graphics = pg.GraphicsLayoutWidget()
        self._graphics.ci.layout.setContentsMargins(2, 2, 2, 2)
        self._graphics.ci.layout.setSpacing(4)
        self._titles: list[pg.LabelItem] = []
        self._views: list[pg.ViewBox] = []
        self._images: list[pg.ImageItem] = []
        self._bars: list[pg.ColorBarItem] = []
        for column, kind in enumerate(_KINDS):
            self._add(column, kind)
        self._graphics.sigDeviceRangeChanged.connect(lambda *_: self._fit())
        self._graphics.scene().sigMouseMoved.connect(self._tell_value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        layout.addWidget(self._graphics, 1)
        self._nothing = QLabel()
        self._nothing.setObjectName("hint")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        layout.addWidget(self._nothing, 1)
        self._measurement: Measurement | None = None
        self.follow_theme()
        self.show_measurement(None, "")

    def _add(self, column: int, kind: _Kind) -> None:
        title = self._graphics.addLabel(kind.title, row=0, col=2 * column, size="9pt")
        view = self._graphics.addViewBox(row=1, col=2 * column, lockAspect=True, invertY=True, enableMouse=False)
        view.setDefaultPadding(0)
        view.setMenuEnabled(False)
        image = pg.ImageItem(axisOrder="row-major")
        image.setToolTip(kind.tip)
        view.addItem(image)
        bar = pg.ColorBarItem(colorMap=kind.colour_map, width=10, interactive=False)
        bar.setImageItem(image)
        self._graphics.addItem(bar, row=1, col=2 * column + 1)
        self._titles.append(title)
        self._views.append(view)
        self._images.append(image)
        self._bars.append(bar)

    def show_measurement(self, measurement: Measurement | None, text: str) -> None:
        """Show a measurement and say between which frames; None: say why there is none."""
        self._measurement = measurement
        self._graphics.setVisible(measurement is not None)
        self._nothing.setVisible(measurement is None)
        self._text.setText(text if measurement else "")
        self._nothing.setText(text)
        self._paint()

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        c = colours()
        self._graphics.setBackground(c.window)
        for kind, title, bar in zip(_KINDS, self._titles, self._bars, strict=True):
            title.setText(kind.title, color=c.text)
            bar.axis.setPen(c.faint)
            bar.axis.setTextPen(c.text)

    def _fit(self) -> None:
        """Make the pictures as large as fit, each with its scale right beside it."""
        room = self._graphics.contentsRect()
        side = min(room.height() - _TITLE, room.width() // len(_KINDS) - _SCALE)
        for column in range(len(_KINDS)):
            self._graphics.ci.layout.setColumnFixedWidth(2 * column, max(40, side))

    def maps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """u, v and strain as shown; None while nothing is shown."""
        found = self._measurement
        if found is None:
            return None
        if self.as_network.isChecked():
            return found.cube[..., 0], found.cube[..., 1], found.cube[..., 2]
        return found.field.u, found.field.v, found.field.strain

    def _paint(self) -> None:
        maps = self.maps()
        if maps is None:
            for image in self._images:
                image.clear()
            return
        fixed = _SCALES[self.scale.currentText()]
        motion = fixed or max(0.05, float(np.abs(maps[0]).max()), float(np.abs(maps[1]).max()))
        strain = fixed * _STRAIN_OF_PX if fixed else max(0.002, float(maps[2].max()))
        for kind, view, image, bar, values in zip(_KINDS, self._views, self._images, self._bars, maps, strict=True):
            limits = (-motion, motion) if kind.signed else (0.0, strain)
            resized = image.image is None or image.image.shape != values.shape
            image.setImage(values, autoLevels=False, levels=limits)
            bar.setLevels(limits)
            if resized:
                view.setRange(image.boundingRect(), padding=0)

    def _tell_value(self, position: QPointF) -> None:
        maps = self.maps()
        for kind, view, values in zip(_KINDS, self._views, maps or (), strict=False):
            if view.sceneBoundingRect().contains(position):
                at = view.mapSceneToView(position)
                row, column = int(at.y()), int(at.x())
                if 0 <= row < values.shape[0] and 0 <= column < values.shape[1]:
                    self.hinted.emit(f"{kind.title.split()[0]} at {column}, {row}: {values[row, column]:+.3f}")
                    return
        self.hinted.emit("")
