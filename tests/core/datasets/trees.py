"""Data sets as they lie on disk, made up: folders of tiny frames, and coding files."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile


def _picture(suffix: str) -> bytes:
    """The smallest picture of a kind."""
    import cv2
    import numpy as np

    return cv2.imencode(suffix, np.zeros((2, 2, 3), np.uint8))[1].tobytes()


_PICTURES = {suffix: _picture(suffix) for suffix in (".png", ".jpg", ".bmp")}


def frames(folder: Path, names: Iterable[str]) -> Path:
    """A folder of tiny frames of these names; those of no two folders are alike."""
    folder.mkdir(parents=True, exist_ok=True)
    first: Path | None = None
    for name in names:
        file = folder / name
        if first is None:
            first = file
            first.write_bytes(_PICTURES[file.suffix] + str(folder).encode())
        else:
            os.link(first, file)  # tens of thousands are made: a link is quicker than a file
    return folder


def numbered(folder: Path, pattern: str, first: int, last: int) -> Path:
    """A folder of tiny frames, such as ``img{}.jpg``, of all numbers from first to last."""
    return frames(folder, (pattern.format(number) for number in range(first, last + 1)))


def workbook(path: Path, *sheets: tuple[str, Sequence[Sequence[Any]]], raw_rows: str = "") -> Path:
    """An Excel file; cells are numbers, texts or None. ``raw_rows``: XML after the last sheet's rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packaged = "http://schemas.openxmlformats.org/package/2006/relationships"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in enumerate(sheets, 1)
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>{names}</sheets></workbook>'
        )
        targets = "".join(
            f'<Relationship Id="rId{n}" Type="{links}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{packaged}">{targets}</Relationships>')
        for n, (_, rows) in enumerate(sheets, 1):
            body = "".join(f'<row r="{r}">{_cells(row, r)}</row>' for r, row in enumerate(rows, 1))
            more = raw_rows if n == len(sheets) else ""
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}{more}</sheetData></worksheet>',
            )
    return path


def _cells(row: Sequence[Any], number: int) -> str:
    cells = []
    for column, value in enumerate(row):
        place = f"{chr(ord('A') + column)}{number}"
        if value is None:
            continue
        if isinstance(value, int | float):
            cells.append(f'<c r="{place}"><v>{value}</v></c>')
        elif value.startswith("="):
            cells.append(f'<c r="{place}"><f>{escape(value[1:])}</f></c>')
        else:
            cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
    return "".join(cells)
