"""Figures for print: the face at onset and apex, u, v and strain, and where a model looks; each with its scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

from mer_core.errors import ExportError
from mer_core.export.targets import check_file, new_file
from mer_core.flow import FlowField, FlowSettings

SUFFIXES = (".png", ".svg", ".pdf")
DPI = 300
_WIDTH = 7.2  # inches: two columns of a journal
_LARGEST = 2.2  # inches: side of a picture
_SIGNED, _STRAIN, _ATTENTION = "RdBu_r", "cividis", "magma"  # told apart by colour-blind readers, and in grey
_METHODS = {"dis": "DIS", "tvl1": "TV-L1", "deepflow": "DeepFlow", "farneback": "Farnebäck"}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mer",
    "pdf.fonttype": 42,
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Liberation Sans", "Helvetica", "DejaVu Sans"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
}


@dataclass(frozen=True)
class Scale:
    """motion: pixels of the crop shown as the strongest colour, for u and v alike; strain: likewise."""

    motion: float
    strain: float


@dataclass(frozen=True, eq=False)
class Shown:
    """What one figure shows. faces: onset and apex, (H, W) uint8, empty: none. attention: (h, w) 0..1 over the apex."""

    field: FlowField
    caption: str
    faces: tuple[np.ndarray, ...] = ()
    attention: np.ndarray | None = None


def shared_scale(fields: Sequence[FlowField]) -> Scale:
    """One scale for all: what 99.9 % of the values stay below, so that a stray pixel does not take the colours away."""
    motion = max(float(np.percentile(np.abs([field.u, field.v]), 99.9)) for field in fields)
    strain = max(float(np.percentile(field.strain, 99.9)) for field in fields)
    return Scale(max(motion, 0.05), max(strain, 0.002))


def caption(clip: str, frames: tuple[int, int], milliseconds: float | None, settings: FlowSettings) -> str:
    """Clip, frames as the source numbers them, and how the motion was measured."""
    duration = "" if milliseconds is None else f" ({milliseconds:.0f} ms)"
    head = "head motion removed" if settings.remove_head_motion else "head motion included"
    method = _METHODS.get(settings.method, settings.method)
    return (
        f"{clip}, frame {frames[0]} to {frames[1]}{duration}. Optical flow: {method}, "
        f"smoothing σ = {settings.smoothing:g} px, {settings.size} px crop, {head}. "
        "u: + right, v: + down, in pixels of the crop; strain: dimensionless."
    )


def draw(shown: Shown, scale: Scale | None = None) -> Figure:
    """The figure; ``scale`` None: its own."""
    scale = scale or shared_scale([shown.field])
    with matplotlib.rc_context(_STYLE):
        columns = len(shown.faces) + 3 + (shown.attention is not None)
        side = min(_WIDTH / columns, _LARGEST)
        figure = Figure(figsize=(side * columns, side + 0.75), layout="constrained")
        grid = figure.add_gridspec(2, columns, height_ratios=(1, 0.05))
        axes = [figure.add_subplot(grid[0, column]) for column in range(columns)]
        bars = iter(range(len(shown.faces), columns))
        for name, face in zip(("onset", "apex"), shown.faces, strict=False):
            _picture(axes.pop(0), name).imshow(face, cmap="gray", vmin=0, vmax=255)
        for name, values in (("u (px)", shown.field.u), ("v (px)", shown.field.v)):
            place = _picture(axes.pop(0), name)
            motion = place.imshow(values, cmap=_SIGNED, vmin=-scale.motion, vmax=scale.motion, interpolation="nearest")
        _bar(figure, motion, grid[1, next(bars) : next(bars) + 1])
        place = _picture(axes.pop(0), "strain")
        strain = place.imshow(shown.field.strain, cmap=_STRAIN, vmin=0, vmax=scale.strain, interpolation="nearest")
        _bar(figure, strain, grid[1, next(bars)])
        if shown.attention is not None:
            place = _picture(axes.pop(0), "attention")
            if shown.faces:
                place.imshow(shown.faces[-1], cmap="gray", vmin=0, vmax=255)
            size = shown.field.u.shape
            large = cv2.resize(shown.attention, size[::-1], interpolation=cv2.INTER_CUBIC)
            image = place.imshow(large, cmap=_ATTENTION, vmin=0, vmax=1, alpha=0.6 if shown.faces else 1.0)
            _bar(figure, image, grid[1, next(bars)])
        figure.supxlabel(_wrapped(shown.caption, round(18 * side * columns)), fontsize=7, x=0.01, ha="left")
    return figure


def _picture(axes: Axes, title: str) -> Axes:
    axes.set_title(title, pad=3)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _bar(figure: Figure, image: Any, place: SubplotSpec) -> None:
    bar = figure.colorbar(image, cax=figure.add_subplot(place), orientation="horizontal")
    bar.ax.tick_params(labelsize=7, length=2, pad=1.5)
    bar.ax.locator_params(nbins=3 if place.num1 == place.num2 else 6)
    bar.outline.set_linewidth(0.5)


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def write_figure(shown: Shown, out: Path, scale: Scale | None = None) -> None:
    """Write it as PNG of 300 dots an inch, SVG or PDF, by the ending; ExportError where it cannot be written."""
    check_file(out, SUFFIXES)
    kind = out.suffix.lower()[1:]
    figure = draw(shown, scale)
    undated: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    about = {"Title": shown.caption, **undated}  # the same figure, byte for byte, each time
    with new_file(out) as partial, matplotlib.rc_context(_STYLE):
        try:
            figure.savefig(partial, format=kind, dpi=DPI, facecolor="white", metadata=about)
        except ValueError as error:
            raise ExportError(f"{out} cannot be drawn ({error}): choose another expression.") from error
