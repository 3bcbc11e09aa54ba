"""The motion between two frames: the pictures of it that the user has chosen, and how they are measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.line_label import LineLabel
from app.live import Span
from app.panels.fields import SpacePresses
from app.panels.flow_menu import FlowMenu
from app.panels.motion_views import (
    SCALE_WIDTH,
    TITLE_HEIGHT,
    VIEWS,
    WHEELS,
    Direction,
    Horizontal,
    MotionView,
    Shown,
    Strain,
    Vertical,
)
from app.theme import colours
from mer_core.analysis import Measurement

SPANS: tuple[Span, ...] = ("onset → apex", "onset → current")
_SCALES = {"Automatic scale": None, "±0.5 px": 0.5, "±1 px": 1.0, "±2 px": 2.0, "±5 px": 5.0}
_STRAIN_OF_PX = 0.05  # at a fixed scale of 1 px, strain is shown up to this
_FIRST = (Horizontal.name, Vertical.name, Strain.name)
_KEEP_VIEWS, _KEEP_WHEEL, _KEEP_SCALE = "motion/views", "motion/wheel", "motion/scale"


class MotionPanel(QWidget):
    """Pictures side by side; the value under the pointer is told."""

    span_chosen = Signal(str)
    flow_chosen = Signal(dict)
    whole_frame_wanted = Signal()
    hinted = Signal(str)

    def __init__(self, settings: QSettings, views: Sequence[MotionView] = ()) -> None:
        """`views`: one of each of VIEWS, where they have been built before, as each takes a while."""
        super().__init__()
        self._settings = settings
        self._measurement: Measurement | None = None
        self._between = ""  # which frames
        self._columns = 0  # of pictures, as they are laid out now
        self.span = QComboBox()
        self.span.addItems(list(SPANS))
        self.span.setAccessibleName("Frames the motion is measured between")
        self.span.currentTextChanged.connect(self.span_chosen)
        self.scale = QComboBox()
        self.scale.addItems(list(_SCALES))
        self.scale.setAccessibleName("Scale of the motion")
        self.scale.setCurrentText(str(settings.value(_KEEP_SCALE, "")))
        self.scale.currentTextChanged.connect(self._rescale)
        self.as_network = QCheckBox("28 × 28")
        self.head = QCheckBox("Head's motion out")
        self.head.setToolTip("Take the head's own shift, turn and growth out of the motion")
        self.head.setChecked(True)
        for box in (self.as_network, self.head):
            box.installEventFilter(SpacePresses(self))
        self.as_network.toggled.connect(lambda _: self._show_shown())
        self.head.toggled.connect(lambda _: self._choose_flow())
        self.flow = FlowMenu(settings)
        self.flow.changed.connect(self._choose_flow)
        self.views_button = QToolButton()
        self.views_button.setObjectName("menu")
        self.views_button.setText("Views ▾")
        self.views_button.setToolTip("Which pictures are shown")
        self.views_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._text = LineLabel()
        self._text.setObjectName("hint")
        top = QHBoxLayout()
        for widget in (self.span, self.scale, self.views_button, self.flow, self.head):
            top.addWidget(widget)
        top.addSpacing(8)  # a box to tick beside another's words looks like theirs
        top.addWidget(self.as_network)
        top.addStretch(1)

        self._graphics = pg.GraphicsLayoutWidget()
        self._graphics.ci.layout.setContentsMargins(2, 2, 2, 2)
        self._graphics.ci.layout.setSpacing(4)
        self.views = {view.name: view for view in views or [kind() for kind in VIEWS]}
        self.view_actions = self._add_view_menu()
        self._graphics.sigDeviceRangeChanged.connect(lambda *_: self._arrange())
        self._graphics.scene().sigMouseMoved.connect(self._tell_value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._text)
        layout.addWidget(self._graphics, 1)
        layout.addWidget(self._build_nothing(), 1)
        self.follow_theme()
        self.show_measurement(None, "")

    def _build_nothing(self) -> QWidget:
        self._nothing = QWidget()
        self._why = QLabel()
        self._why.setObjectName("hint")
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setWordWrap(True)
        self.whole_frame = QPushButton("Measure the whole frame")
        self.whole_frame.setToolTip("For this clip, from now on; View › Measure the largest face takes it back")
        self.whole_frame.clicked.connect(self.whole_frame_wanted)
        column = QVBoxLayout(self._nothing)
        column.addStretch(1)
        column.addWidget(self._why)
        column.addWidget(self.whole_frame, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        return self._nothing

    def _add_view_menu(self) -> dict[str, QAction]:
        kept = str(self._settings.value(_KEEP_VIEWS, "")).split("|")
        chosen = [name for name in self.views if name in kept] or _FIRST
        actions = {}
        for name, view in self.views.items():
            action = QAction(name, self.views_button, checkable=True, checked=name in chosen)
            action.setToolTip(view.tip)
            action.toggled.connect(lambda _: self._choose_views())
            self.views_button.addAction(action)
            actions[name] = action
        line = QAction(self.views_button)
        line.setSeparator(True)
        self.views_button.addAction(line)
        wheel = str(self._settings.value(_KEEP_WHEEL, next(iter(WHEELS))))
        group = QActionGroup(self)
        for name in WHEELS:
            action = QAction(f"Directions: {name.lower()}", group, checkable=True, checked=name == wheel)
            action.triggered.connect(lambda _=False, name=name: self._choose_wheel(name))
            self.views_button.addAction(action)
        if wheel in WHEELS:
            self._direction.use(wheel)
        return actions

    @property
    def _direction(self) -> Direction:
        view = self.views[Direction.name]
        assert isinstance(view, Direction)
        return view

    @property
    def chosen(self) -> list[str]:
        """The names of the views shown."""
        return [name for name, action in self.view_actions.items() if action.isChecked()]

    def show_measurement(self, measurement: Measurement | None, text: str, *, no_face: bool = False) -> None:
        """Show a measurement and say between which frames; None: say why there is none."""
        self._measurement, self._between = measurement, text
        self._graphics.setVisible(measurement is not None)
        self._text.setVisible(measurement is not None)
        self._nothing.setVisible(measurement is None)
        self.whole_frame.setVisible(no_face)
        self._why.setText(text)
        if measurement is not None:
            self.flow.show_settings(measurement.settings)
            self._text.setToolTip(
                f"Pixels of the crop of {measurement.alignment.size}: "
                f"one is {1 / measurement.alignment.scale:.2f} of the frame's."
            )
        self._show_shown()

    def _show_shown(self) -> None:
        """The pictures, and what they are of."""
        found, differs = self._measurement, bool(self.changes())
        of = "measured as chosen here; the model reads its own" if differs else "as the network sees it"
        self.as_network.setToolTip(f"The cube of 28 × 28 × 3 values, {of}")
        if found is not None:
            cube = f"  ·  28 × 28 {of}" if differs and self.as_network.isChecked() else ""
            crop = f"px of the crop of {found.alignment.size}"
            self._text.setText(f"{self._between}  ·  {_head_text(found)}  ·  {crop}{cube}")
        self._paint()

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        self._graphics.setBackground(colours().window)
        for view in self.views.values():
            view.follow_theme()
        self._paint()

    def maps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """u, v and strain as shown; None while nothing is shown."""
        found = self._measurement
        if found is None:
            return None
        if self.as_network.isChecked():
            return found.cube[..., 0], found.cube[..., 1], found.cube[..., 2]
        return found.field.u, found.field.v, found.field.strain

    # What the user chooses

    def changes(self) -> dict[str, object]:
        """How the fields are to be measured otherwise than the model learned them: values of FlowSettings by name."""
        return {**self.flow.changes(), **({} if self.head.isChecked() else {"remove_head_motion": False})}

    def _choose_flow(self) -> None:
        self.flow_chosen.emit(self.changes())

    def _rescale(self, name: str) -> None:
        self._settings.setValue(_KEEP_SCALE, name)
        self._paint()

    def _choose_views(self) -> None:
        if not self.chosen:  # an empty panel would look broken
            self.view_actions[_FIRST[0]].setChecked(True)
            return
        self._settings.setValue(_KEEP_VIEWS, "|".join(self.chosen))
        self._columns = 0
        self._arrange()
        self._paint()

    def _choose_wheel(self, name: str) -> None:
        self._settings.setValue(_KEEP_WHEEL, name)
        self._direction.use(name)
        self._paint()

    # Drawing

    def _arrange(self) -> None:
        """Make the pictures as large as fit, in as many rows as that takes, each with its scale right beside it."""
        room = self._graphics.contentsRect()
        shown = [self.views[name] for name in self.chosen]
        sides = {}
        for columns in range(1, len(shown) + 1):
            rows = -(-len(shown) // columns)
            sides[columns] = min(room.height() // rows - TITLE_HEIGHT - 8, room.width() // columns - SCALE_WIDTH)
        columns = max(sides, key=lambda each: (sides[each], -each))
        layout = self._graphics.ci
        if columns != self._columns:
            self._columns = columns
            for view in self.views.values():
                if view.label in layout.items:
                    view.leave(layout)
            for place, view in enumerate(shown):
                view.place(layout, *divmod(place, columns))
        for column in range(len(VIEWS)):
            used = column < columns
            layout.layout.setColumnFixedWidth(2 * column, max(40, sides[columns]) if used else 0)
            layout.layout.setColumnFixedWidth(2 * column + 1, SCALE_WIDTH - 8 if used else 0)

    def _paint(self) -> None:
        shown = self._shown()
        for name in self.views:
            if shown is None or name not in self.chosen:
                self.views[name].clear()
            else:
                self.views[name].show(shown)

    def _shown(self) -> Shown | None:
        maps, found = self.maps(), self._measurement
        if maps is None or found is None:
            return None
        u, v, strain = maps
        fixed = _SCALES[self.scale.currentText()]
        motion = fixed or max(0.05, float(np.hypot(u, v).max()))
        end = fixed * _STRAIN_OF_PX if fixed else max(0.002, float(strain.max()))
        return Shown(u, v, strain, found.apex, motion, end)

    def leaveEvent(self, event: QEvent) -> None:
        self.hinted.emit("")
        super().leaveEvent(event)

    def _tell_value(self, position: QPointF) -> None:
        shown = self._shown()
        if shown is not None:
            for view in (self.views[name] for name in self.chosen):
                cell = view.cell(shown, position)
                if cell is not None:
                    self.hinted.emit(view.value(shown, *cell))
                    return
        self.hinted.emit("")


def _head_text(measurement: Measurement) -> str:
    if not measurement.settings.remove_head_motion:
        return "the head's motion is left in"
    head = measurement.field.head_motion
    x, y = head.shift
    across, down = "→" if x >= 0 else "←", "↓" if y >= 0 else "↑"
    shift = f"{across} {abs(x):.2f}, {down} {abs(y):.2f} px"
    return f"head taken out: {shift}, {head.degrees:+.2f}°, × {head.scale:.3f}".replace("-", "−")
