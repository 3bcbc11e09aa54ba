"""A study's plots, as SVG to stand inside a page. No window system is touched."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox
from sklearn.metrics import auc, roc_curve

INK, FAINT, ACCENT, RED = "#1f2933", "#c3cad2", "#1d5fa8", "#c62828"
COLOURS = ("#1d5fa8", "#d9822b", "#2e8b57", "#8e44ad", "#b5483a", "#00838f")
_PALE: Any = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 0.8}
_STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a class's name is a dollar sign
    "svg.hashsalt": "mer",
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#e8ebef",
    "axes.grid": True,
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def forest(entries: Sequence[dict[str, Any]], labels: Sequence[str]) -> str:
    """UF1 of each entry: mean, sd over seeds, the 95 % interval, and in red what peeking would have claimed."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.6, 0.7 + 0.28 * len(entries)), layout="constrained")
        axes = figure.subplots()
        for place, entry in enumerate(entries):
            uf1, ends = entry["pooled"]["uf1"], entry["interval"]["uf1"]
            full = entry["division"] == "full"
            colour = ACCENT if full else "#8796a5"
            if ends["low"] is not None:
                axes.plot([ends["low"], ends["high"]], [place, place], color=colour, lw=1.4, solid_capstyle="butt")
            axes.plot([uf1["mean"] - uf1["sd"], uf1["mean"] + uf1["sd"]], [place, place], color=colour, lw=5, alpha=0.4)
            axes.plot(uf1["mean"], place, "o" if full else "D", color=colour, ms=6 if full else 5)
            if "test_peek" in entry:
                axes.plot(entry["test_peek"]["per_fold"]["uf1"]["mean"], place, "x", color=RED, ms=7, mew=2)
        axes.set_yticks(range(len(entries)), labels)
        axes.set_ylim(len(entries) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        _share_axis(axes.xaxis)
        axes.set_xlabel("UF1")
        return _svg(figure, "UF1 of each entry with its interval")


def roc(entries: Sequence[dict[str, Any]], labels: Sequence[str], classes: Sequence[str]) -> str:
    """One panel a class: one against the rest, from the seeds' mean probabilities. The first six entries in colour."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.6, 2.5 * -(-len(classes) // 3) + 0.5), layout="constrained")
        panels = figure.subplots(-(-len(classes) // 3), min(3, len(classes)), squeeze=False).ravel()
        for index, (name, axes) in enumerate(zip(classes, panels, strict=False)):
            axes.plot([0, 1], [0, 1], color=FAINT, lw=1, ls=":")
            for place, entry in reversed(list(enumerate(entries))):
                truth = np.array([one["label"] == name for one in entry["predictions"]])
                if truth.all() or not truth.any():
                    continue
                chance, found, _ = roc_curve(truth, [one["probabilities"][index] for one in entry["predictions"]])
                coloured = place < len(COLOURS)
                text = f"{labels[place]}  {_short(float(auc(chance, found)))}"
                axes.plot(
                    chance,
                    found,
                    color=COLOURS[place] if coloured else FAINT,
                    lw=1.5 if coloured else 0.9,
                    label=text if coloured else None,
                    zorder=3 if coloured else 2,
                )
            _square(axes)
            axes.set_title(name, fontsize=10, loc="left")
            handles, texts = axes.get_legend_handles_labels()
            axes.legend(
                handles[::-1], texts[::-1], fontsize=7, loc="lower right", handlelength=1, title="area under", **_PALE
            )
            axes.get_legend().get_title().set_fontsize(7)
        for axes in panels[len(classes) :]:
            axes.set_visible(False)
        figure.supxlabel("clips of other classes taken for it", fontsize=9)
        figure.supylabel("clips of the class found", fontsize=9)
        return _svg(figure, "Receiver operating characteristics")


def cost(entries: Sequence[dict[str, Any]], labels: Sequence[str]) -> str:
    """UF1 against the time of one seed, on a logarithmic scale; larger dots have more weights to learn."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.6, max(3.1, 0.3 * len(entries))), layout="constrained")
        axes = figure.subplots()
        times = [max(entry["seconds_per_seed"], 1e-3) for entry in entries]
        figures = [entry["pooled"]["uf1"]["mean"] for entry in entries]
        widths = [2.5 + 1.5 * np.log10(max(entry["parameters"] or 1, 1)) for entry in entries]
        colours = [ACCENT if entry["division"] == "full" else "#8796a5" for entry in entries]
        axes.scatter(times, figures, s=np.square(widths), c=colours, alpha=0.75, lw=0)
        axes.set_xscale("log")
        axes.margins(x=0.12, y=0.15)
        _share_axis(axes.yaxis)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} s"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("time of one seed, all folds trained and tested")
        axes.set_ylabel("UF1")
        name_dots(axes, list(zip(times, figures, strict=True)), widths, labels)
        return _svg(figure, "UF1 against time")


def epochs(entries: Sequence[dict[str, Any]], labels: Sequence[str]) -> str:
    """Pooled UF1 on the held-out clips after each epoch, in red where the best one lies: what peeking sees."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.6, 2.7), layout="constrained")
        axes = figure.subplots()
        for place, (entry, label) in enumerate(zip(entries, labels, strict=True)):
            curve = entry["test_peek"]["curve"]
            axes.plot(range(1, len(curve) + 1), curve, color=COLOURS[place % len(COLOURS)], lw=1.4, label=label)
            best = int(np.argmax(curve))
            axes.plot(best + 1, curve[best], "x", color=RED, ms=8, mew=2)
        _share_axis(axes.yaxis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel("UF1 on test clips")
        axes.legend(fontsize=8, ncols=2, **_PALE)
        return _svg(figure, "UF1 by epoch")


def name_dots(axes: Axes, places: Sequence[tuple[float, float]], widths: Sequence[float], names: Sequence[str]) -> None:
    """Write each dot's name beside, above or below it, where it covers no other name and no dot.

    widths: the dots', in points. Of two names that want the same place the higher dot's has it.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()  # from here on places are where they will be
    pixel = figure.dpi / 72
    centres = [axes.transData.transform(place) for place in places]
    taken = [
        Bbox.from_bounds(x - width * pixel / 2, y - width * pixel / 2, width * pixel, width * pixel)
        for (x, y), width in zip(centres, widths, strict=True)
    ]
    for dot in sorted(range(len(places)), key=lambda dot: -places[dot][1]):
        away = widths[dot] / 2 + 3
        sides = ((away, "left"), (-away, "right"))
        tries = [
            axes.annotate(names[dot], places[dot], offset, textcoords="offset points", fontsize=8, ha=across, va=down)
            for offset, across, down in (
                ((away, 0), "left", "center"),
                ((-away, 0), "right", "center"),
                ((0, away), "center", "bottom"),
                ((0, -away), "center", "top"),
                *(((side, down), across, "center") for down in (7, -7, 14, -14) for side, across in sides),
            )
        ]
        boxes = [text.get_window_extent() for text in tries]
        best = min(range(len(tries)), key=lambda place: (boxes[place].count_overlaps(taken), place))
        taken.append(boxes[best])
        for place, text in enumerate(tries):
            if place != best:
                text.remove()


def _square(axes: Axes) -> None:
    axes.set_aspect("equal")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"])


def _share_axis(axis: Axis) -> None:
    """Ticks of an axis from 0 to 1, written with two decimals, or three where they lie that close."""
    axis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _place: object = None) -> str:
    finer = f"{value:.3f}"
    return _short(value) if finer.endswith("0") else finer.removeprefix("0")


def _short(value: float) -> str:
    text = f"{value:.2f}"
    return text[1:] if text.startswith("0") else text


def _svg(figure: Figure, title: str) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Title": title})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
