"""Confusion matrices and the matrix of differences, as shaded tables."""

from collections.abc import Sequence
from typing import Any

from mer_core.report.html import Html, escaped, tag
from mer_core.report.rows import number


def confusion_grid(rows: Sequence[dict[str, Any]], labels: Sequence[str], classes: Sequence[str]) -> Html:
    """One shaded matrix an entry: rows what clips are, columns what they were taken for, seeds added up."""
    note = tag(
        "p",
        "Rows: what clips are; columns: what they were taken for. Per cent of the row, over all seeds.",
        css="soft",
    )
    grid = [
        tag("figure", tag("figcaption", label), _confusion(entry["pooled"]["confusion"], classes))
        for entry, label in zip(rows, labels, strict=True)
    ]
    return Html(note + tag("div", *grid, css="grid"))


def pair_table(study: dict[str, Any], rows: Sequence[dict[str, Any]], labels: Sequence[str]) -> Html:
    """Row minus column in UF1, shaded by sign and size, bold where Holm's p < .05."""
    pairs = {(pair["first"], pair["second"]): pair for pair in study["comparisons"]}
    shown = [
        (entry["name"], label)
        for entry, label in zip(rows, labels, strict=True)
        if any(entry["name"] in pair for pair in pairs)
    ]
    ablation = study["kind"] == "ablation"
    head = tag("tr", tag("th", ""), *(tag("th", name if ablation else label) for name, label in shown))
    lines = [
        tag("tr", tag("td", label), *(_difference(pairs, name, other) for other, _ in shown)) for name, label in shown
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", *lines), css="pairs"), css="wide")


def _confusion(matrix: Sequence[Sequence[int]], names: Sequence[str]) -> Html:
    head = tag("tr", tag("th", ""), *(tag("th", name) for name in names))
    lines = []
    for name, counts in zip(names, matrix, strict=True):
        total = sum(counts)
        cells = [_shaded(count / total) if total else tag("td", "–") for count in counts]
        lines.append(tag("tr", tag("th", name), *cells))
    return tag("table", tag("thead", head), tag("tbody", *lines), css="matrix")


def _shaded(share: float) -> Html:
    ink = "#fff" if share > 0.55 else "#1f2933"
    colour = " ".join(str(_mix(share, 255, full)) for full in (29, 95, 168))
    return Html(f'<td style="background:rgb({colour});color:{ink}">{100 * share:.0f}</td>')


def _mix(share: float, empty: int, full: int) -> int:
    return round(empty + (full - empty) * share)


def _difference(pairs: dict[tuple[str, str], dict[str, Any]], name: str, other: str) -> Html:
    pair, sign = pairs.get((name, other)), 1
    if pair is None:
        pair, sign = pairs.get((other, name)), -1
    if pair is None:
        return tag("td", "")
    value = sign * pair["difference"]
    strength = min(1.0, abs(value) / 0.3)
    colour = "29 95 168" if value > 0 else "217 130 43"
    text: object = number(abs(value))
    if text != number(0):
        text = f"{'+' if value > 0 else '−'}{text}"
    if pair["p_holm"] < 0.05:
        text = tag("b", text)
    title = f"p = {pair['p']:.3g}, after Holm {pair['p_holm']:.3g}"
    return Html(f'<td style="background:rgb({colour} / {0.32 * strength:.2f})" title="{title}">{escaped(text)}</td>')
