"""CASME (Yan et al. 2013): 195 micro-expressions at 60 fps. A row may name two apexes; the first is taken."""

from dataclasses import replace

from mer_core.datasets.cells import frame_number
from mer_core.datasets.dataset import Coded, DataSet, Row
from mer_core.datasets.dataset import read_row as read_usual


def _read_row(row: Row) -> list[Coded]:
    (coded,) = read_usual(row)
    second = frame_number(row.cells.get("apex2")).number
    if not second:
        return [coded]
    if not coded.apex:
        return [replace(coded, apex=second)]
    return [
        coded.with_remarks(
            f"it has a second apex, {second}; it is kept in the notes", notes=f"Second apex: frame {second}"
        )
    ]


CASME = DataSet(
    name="casme",
    title="CASME",
    fps=60,
    coding=("casme*coding*.xlsx", "casme.xlsx", "casme.csv", "casme_*.xlsx", "casme-*.xlsx"),
    subject=lambda key, _folder: f"sub{int(key[0]):02}",
    own_headings={"apex2": ("apexf2", "apexframe2")},
    read_row=_read_row,
    published_total=195,
)
