"""Write all of a report into a folder."""

from pathlib import Path
from typing import Any

from mer_core.errors import MerError
from mer_core.report.latex import latex_table
from mer_core.report.page import page
from mer_core.report.sheets import comparisons_csv, predictions_csv, results_csv

REPORT = "report.html"


def write_report(study: dict[str, Any], out: Path) -> Path:
    """``report.html``, ``results.csv``, ``comparisons.csv``, ``predictions.csv`` and ``table.tex`` of a study.

    study: as of ``run_study``. Returns the page's path; MerError where ``out`` cannot be written.
    """
    contents = {
        REPORT: page(study),
        "results.csv": results_csv(study),
        "comparisons.csv": comparisons_csv(study),
        "predictions.csv": predictions_csv(study),
        "table.tex": latex_table(study),
    }
    for name, text in contents.items():
        try:
            (Path(out) / name).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise MerError(f"{Path(out) / name} cannot be written ({error.strerror}): close it elsewhere.") from error
    return Path(out) / REPORT
