"""An import's report as text for people and as JSON for the project."""

import json
from dataclasses import asdict

from mer_core.counted import counted
from mer_core.datasets.found import ImportReport, Line

_SHOWN = 400


def to_json(report: ImportReport) -> str:
    """The whole report."""
    return json.dumps(asdict(report), ensure_ascii=False)


def from_json(text: str) -> ImportReport:
    """A report that `to_json` wrote."""
    values = json.loads(text)
    lines = {name: tuple(Line(**line) for line in values[name]) for name in ("unused", "notes")}
    return ImportReport(**{**values, **lines, "remarks": tuple(values["remarks"])})


def summary(report: ImportReport) -> list[str]:
    """The figures, a sentence each."""
    source = f"{report.coding_file}, sheet {report.sheet}" if report.coding_file else "folders alone"
    lines = [
        f"{report.title} from {report.folder}",
        f"Coding: {source}",
        f"{counted(report.rows, 'row')} read; {counted(report.expressions, 'expression')} in "
        f"{counted(report.clips, 'clip')} ({report.frames} frames) of {counted(report.subjects, 'subject')}",
        f"{counted(len(report.unused), 'row')} not used; {counted(len(report.notes), 'note')} on coding and frames",
    ]
    if report.published_total:
        lines.append(f"Published: {report.published_total} expressions")
    return lines


def class_rows(report: ImportReport) -> list[tuple[str, int, int | None]]:
    """Class, expressions found, expressions published (None: not known), the published ones first."""
    names = list(dict.fromkeys([*report.published, *report.counts]))
    return [(name, report.counts.get(name, 0), report.published.get(name)) for name in names]


def as_text(report: ImportReport, shown: int = _SHOWN) -> str:
    """The report to read; of each list at most ``shown`` lines."""
    parts = summary(report)
    parts += ["", f"{'class':<14}{'found':>7}{'published':>11}"]
    for name, found, published in class_rows(report):
        parts.append(f"{name:<14}{found:>7}{'–' if published is None else published:>11}")
    lists = (("Rows not used", report.unused), ("Notes", report.notes), ("Remarks", report.remarks))
    for title, lines in lists:
        if lines:
            parts += ["", f"{title}:", *(f"  {line}" for line in lines[:shown])]
            if len(lines) > shown:
                parts.append(f"  … and {len(lines) - shown} more")
    return "\n".join(parts)
