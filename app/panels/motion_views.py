"""The pictures of the motion panel: each a title, a picture and its scale, in a pyqtgraph layout."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF

from app.panels.picture import GREYS, Picture, colour_table, coloured, packed
from app.panels.scale_bar import ScaleBar
from app.theme import colours, is_dark
from mer_core.flow.pictures import arrows, direction_picture, wheel_picture

SCALE_WIDTH = 62  # pixels beside a picture for its scale
TITLE_HEIGHT = 24
# Cyclic maps of Kovesi (arXiv 1509.03700): equal steps of direction look equally far apart.
WHEELS = {"All hues": "CET-C6", "Colour-blind-safe": "CET-CBC1"}
_ARROWS_A_SIDE = 12
_ARROW = "#f0e442"


@dataclass(frozen=True)
class Shown:
    """What the views show: u and v, (h, w) pixels; strain; the aligned grey face; and where the scales end."""

    u: np.ndarray
    v: np.ndarray
    strain: np.ndarray
    face: np.ndarray
    motion_limit: float
    strain_limit: float


class MotionView(ABC):
    """One picture. `name` is how it is called in the menu, `title` stands above it."""

    name = ""
    title = ""
    tip = ""

    def __init__(self) -> None:
        self.label = pg.LabelItem(self.title, size="9pt", justify="left")
        self.box = pg.ViewBox(lockAspect=True, invertY=True, enableMouse=False, enableMenu=False, defaultPadding=0)
        self.box.setToolTip(self.tip)
        self.picture = Picture()
        self.box.addItem(self.picture)
        self.scale: pg.GraphicsWidget | None = None

    def place(self, layout: pg.GraphicsLayout, row: int, column: int) -> None:
        """Take a place: title, picture and scale."""
        layout.addItem(
            self.label, 2 * row, 2 * column, 1, 2
        )  # over its scale too, or a long one would widen the column
        layout.addItem(self.box, 2 * row + 1, 2 * column)
        if self.scale is not None:
            layout.addItem(self.scale, 2 * row + 1, 2 * column + 1)

    def leave(self, layout: pg.GraphicsLayout) -> None:
        """Give the place up."""
        for item in (self.label, self.box, self.scale):
            if item is not None:
                layout.removeItem(item)

    def follow_theme(self) -> None:
        """Take over the colours in force."""
        self.entitle(self.title)

    def entitle(self, title: str) -> None:
        """Write this above the picture."""
        self.label.setText(title, color=colours().text)

    @abstractmethod
    def show(self, shown: Shown) -> None:
        """Show a field."""

    def clear(self) -> None:
        """Show nothing."""
        self.picture.clear()

    @abstractmethod
    def value(self, shown: Shown, row: int, column: int) -> str:
        """What is there, in words."""

    def cell(self, shown: Shown, position: QPointF) -> tuple[int, int] | None:
        """The field's row and column under a point of the scene."""
        if not self.box.sceneBoundingRect().contains(position):
            return None
        at = self.box.mapSceneToView(position)
        row, column = int(np.floor(at.y())), int(np.floor(at.x()))
        height, width = shown.u.shape
        return (row, column) if 0 <= row < height and 0 <= column < width else None

    def _set_picture(self, image: np.ndarray, room: QRectF | None = None) -> None:
        before = self.picture.boundingRect()
        self.picture.show(image, room)
        if self.picture.boundingRect() != before:
            self.box.setRange(self.picture.boundingRect(), padding=0)


class _Scalar(MotionView, ABC):
    colour_map = ""
    form, unit = ".3f", ""  # of a value told

    def __init__(self) -> None:
        super().__init__()
        self.scale = self.bar = ScaleBar(self.colour_map)
        self._table = colour_table(self.colour_map)

    def follow_theme(self) -> None:
        super().follow_theme()
        self.bar.update()

    def show(self, shown: Shown) -> None:
        limits = self.limits(shown)
        self._set_picture(coloured(self.values(shown), *limits, self._table))
        self.bar.set_levels(limits)

    @abstractmethod
    def values(self, shown: Shown) -> np.ndarray: ...

    @abstractmethod
    def limits(self, shown: Shown) -> tuple[float, float]: ...

    def value(self, shown: Shown, row: int, column: int) -> str:
        return f"{self.title.split()[0]} at {column}, {row}: {self.values(shown)[row, column]:{self.form}}{self.unit}"


class _Signed(_Scalar):
    colour_map = "CET-D1A"  # blue–white–red: told apart by colour-blind eyes too
    form, unit = "+.3f", " px"

    def limits(self, shown: Shown) -> tuple[float, float]:
        return -shown.motion_limit, shown.motion_limit


class Horizontal(_Signed):
    """u."""

    name, title, tip = "u: horizontal", "u  (→ right, px)", "Horizontal motion"

    def values(self, shown: Shown) -> np.ndarray:
        return shown.u


class Vertical(_Signed):
    """v."""

    name, title, tip = "v: vertical", "v  (↓ down, px)", "Vertical motion"

    def values(self, shown: Shown) -> np.ndarray:
        return shown.v


class Strain(_Scalar):
    """How the skin is stretched."""

    name, title, tip = "Strain", "strain", "How much the skin is stretched or pressed"
    colour_map = "inferno"

    def values(self, shown: Shown) -> np.ndarray:
        return shown.strain

    def limits(self, shown: Shown) -> tuple[float, float]:
        return 0.0, shown.strain_limit


class Magnitude(_Scalar):
    """How far each point has moved."""

    name, title, tip = "Magnitude", "magnitude  (px)", "How far the skin has moved, in whichever direction"
    colour_map = "viridis"
    unit = " px"

    def values(self, shown: Shown) -> np.ndarray:
        return np.hypot(shown.u, shown.v)

    def limits(self, shown: Shown) -> tuple[float, float]:
        return 0.0, shown.motion_limit


class Arrows(MotionView):
    """Arrows over the face."""

    name, title, tip = (
        "Arrows",
        "arrows",
        "The way of every few points of the skin; the motion in brackets is an arrow from one to the next",
    )

    def __init__(self) -> None:
        super().__init__()
        self.shafts = [
            pg.PlotCurveItem(connect="pairs", pen=pg.mkPen(colour, width=width), antialias=True)
            for colour, width in (("#000000", 2.6), (_ARROW, 1.3))
        ]
        for curve in self.shafts:
            self.box.addItem(curve)

    def show(self, shown: Shown) -> None:
        height, width = shown.u.shape
        self._set_picture(GREYS[shown.face], QRectF(0, 0, width, height))
        step = max(1, round(width / _ARROWS_A_SIDE))
        ends = arrows(shown.u, shown.v, step, shown.motion_limit).reshape(-1, 2) + 0.5
        for curve in self.shafts:
            curve.setData(ends[:, 0], ends[:, 1])
        self.entitle(f"arrows  ({shown.motion_limit:.2g} px)")

    def clear(self) -> None:
        super().clear()
        for curve in self.shafts:
            curve.clear()

    def value(self, shown: Shown, row: int, column: int) -> str:
        return _way(shown, row, column)


class Direction(MotionView):
    """Direction as colour, with its wheel."""

    name, title, tip = (
        "Direction wheel",
        "direction",
        "Direction as colour, magnitude as its strength; in brackets the motion at the wheel's rim",
    )

    def __init__(self) -> None:
        super().__init__()
        self.scale = self.wheel_box = pg.ViewBox(
            lockAspect=True, invertY=True, enableMouse=False, enableMenu=False, defaultPadding=0.06
        )
        self.wheel_box.setToolTip("The colour of each direction; at the rim the motion is as large as the scale goes")
        self.wheel = pg.ImageItem(axisOrder="row-major")
        self.wheel_box.addItem(self.wheel)
        self.colours = next(iter(WHEELS))
        self.follow_theme()

    def use(self, colours_name: str) -> None:
        """Other colours: one of WHEELS."""
        self.colours = colours_name
        self.follow_theme()

    def follow_theme(self) -> None:
        super().follow_theme()
        self._table = pg.colormap.get(WHEELS[self.colours]).getLookupTable(0.0, 1.0, 256)[:, :3]
        # Grey is no direction's colour in either wheel; white or black would be.
        self._neutral = np.full(3, 96 if is_dark() else 160, np.float32)
        self.wheel.setImage(wheel_picture(96, self._table, self._neutral), autoLevels=False, levels=(0, 255))
        self.wheel_box.setRange(xRange=(0, 96), yRange=(0, 96))

    def show(self, shown: Shown) -> None:
        picture = direction_picture(shown.u, shown.v, shown.motion_limit, self._table, self._neutral)
        self._set_picture(packed(picture))
        self.entitle(f"direction  ({shown.motion_limit:.2g} px)")

    def value(self, shown: Shown, row: int, column: int) -> str:
        return _way(shown, row, column)


VIEWS: tuple[type[MotionView], ...] = (Horizontal, Vertical, Strain, Magnitude, Arrows, Direction)


def _way(shown: Shown, row: int, column: int) -> str:
    u, v = float(shown.u[row, column]), float(shown.v[row, column])
    names = ("right", "down right", "down", "down left", "left", "up left", "up", "up right")
    name = names[round(np.arctan2(v, u) / (np.pi / 4)) % 8]
    return f"at {column}, {row}: {np.hypot(u, v):.3f} px to the {name}"
