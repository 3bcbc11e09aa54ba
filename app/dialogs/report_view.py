"""An import's report to read: figures, classes, rows not used, disagreements."""

from html import escape

from PySide6.QtWidgets import QTextBrowser

from mer_core.datasets.found import ImportReport
from mer_core.datasets.report import class_rows, summary

_SHOWN = 300  # lines of one list: a page of thousands is slow and read by nobody


class ReportView(QTextBrowser):
    """Shows one report."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Import report")

    def show_report(self, report: ImportReport) -> None:
        """Show it from its beginning."""
        self.setHtml(_html(report))

    def show_text(self, text: str) -> None:
        """Show a sentence in place of a report."""
        self.setHtml(f"<p>{escape(text)}</p>")


def _html(report: ImportReport) -> str:
    title, *figures = summary(report)
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td align='right'>{found}</td>"
        f"<td align='right'>{'–' if published is None else published}</td></tr>"
        for name, found, published in class_rows(report)
    )
    lists = (("Rows not used", report.unused), ("Notes", report.notes), ("Remarks", report.remarks))
    parts = [
        f"<h3>{escape(title)}</h3><p>{'<br>'.join(escape(line) for line in figures)}</p>",
        f"<table cellpadding='3'><tr><th align='left'>class</th><th>found</th><th>published</th></tr>{rows}</table>",
    ]
    for name, lines in lists:
        if lines:
            items = "".join(f"<li>{escape(str(line))}</li>" for line in lines[:_SHOWN])
            more = f"<p>… and {len(lines) - _SHOWN} more</p>" if len(lines) > _SHOWN else ""
            parts.append(f"<h4>{name} ({len(lines)})</h4><ul>{items}</ul>{more}")
    return "".join(parts)
