"""Codings damaged in every way that was thought of, each by its seed."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.core.datasets.trees import workbook

HEADER = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion")
_ODD: tuple[Any, ...] = (
    None, "", "/", "?", "MISSING <-426679", -5, 3.5, 1e300, "1e9", "NaN", "=B2+1", "=1/0", "#REF!", "12?", "4+",
    "x" * 40_000, "\u202e", "𝔽", "😀", 10**30, "0x1F", "１２", "46\n47", " 46 ", "TRUE", "2014-05-08", "4 or R12",
)  # fmt: skip


def rows(random: random.Random) -> list[list[Any]]:
    """A coding of a few clips, some cells of which hold what they should not."""
    made: list[list[Any]] = [list(HEADER)]
    for number in range(1, random.randint(2, 12)):
        made.append([1, f"EP{number:02}", 2, 4, 6, "4+7", "disgust"])
    for _ in range(random.randint(0, 12)):
        row = random.choice(made)
        row[random.randrange(len(row))] = random.choice(_ODD)
    if random.random() < 0.3:
        for _ in range(random.randint(1, 4)):
            made.insert(random.randrange(len(made) + 1), [random.choice(_ODD) for _ in range(random.randint(0, 9))])
    if random.random() < 0.2:
        random.shuffle(made)
    return made


def damaged(folder: Path, seed: int) -> Path:
    """A coding file made and damaged by this seed."""
    chance = random.Random(seed)
    place = seed % (len(_WORKBOOKS) + len(_TEXTS))
    kind = (*_WORKBOOKS, *_TEXTS)[place]
    if place < len(_WORKBOOKS):
        path = workbook(folder / "CASME2-coding.xlsx", ("Sheet1", rows(chance)))
    else:
        path = folder / "CASME2-coding.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        sign = chance.choice(",;\t|")
        lines = [sign.join("" if cell is None else f'"{cell}"' for cell in row) for row in rows(chance)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    kind(path, chance)
    return path


def large(seed: int) -> bool:
    """Whether a seed makes a file that takes seconds to make and to refuse."""
    return (*_WORKBOOKS, *_TEXTS)[seed % (len(_WORKBOOKS) + len(_TEXTS))] in (_empty_rows, _bomb, _long)


def _cut(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) + 1)])


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 30, 300))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)


def _splice(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    at, length = chance.randrange(len(data)), chance.randrange(200)
    path.write_bytes(data[:at] + chance.randbytes(chance.randrange(200)) + data[at + length :])


def _noise(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(chance.choice((0, 1, 3, 100, 100_000))))


def _whole(_path: Path, _chance: random.Random) -> None:
    """Only its cells are odd."""


def _parts(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Rewrite a workbook's parts; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            changed = change(name, data)
            if changed is not None:
                archive.writestr(name, changed)
    path.write_bytes(buffer.getvalue())


def _without_part(path: Path, chance: random.Random) -> None:
    lost = chance.choice(("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"))
    _parts(path, lambda name, data: None if name == lost else data)


def _xml(path: Path, chance: random.Random) -> None:
    """A part that unpacks well but is damaged within."""
    target = chance.choice(("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"))

    def change(name: str, data: bytes) -> bytes:
        if name != target:
            return data
        at = chance.randrange(len(data))
        return chance.choice((
            data[:at], data[:at] + b"<" + data[at:], data[:at] + data[at + 1 :], b"", data.replace(b"r=", b"q="),
            data[:at] + chance.randbytes(9) + data[at:], data.replace(b"<row", b"<row spans='1:x' s='-1'"),
            data.replace(b'r="A', b'r="ZZZZ'), data.replace(b't="inlineStr"', b't="s"'),
            data.replace(b"<v>", b"<v>9e999"), data.replace(b"?>", b""),
            data.decode("utf-8", "replace").encode("utf-16"),
        ))  # fmt: skip

    _parts(path, change)


def _more(path: Path, rows_of: Callable[[], str], before: str = "") -> None:
    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        return data.replace(b"</sheetData>", rows_of().encode() + b"</sheetData>" + before.encode())

    _parts(path, change)


def _empty_rows(path: Path, chance: random.Random) -> None:
    """A million of them, with formats."""
    cell = chance.choice(("", '<c s="1"/><c s="1"/>'))
    _more(path, lambda: f"<row>{cell}</row>" * 1_000_000)


def _far_cells(path: Path, _chance: random.Random) -> None:
    _more(path, lambda: '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="99999999999"/>')


def _merged_cells(path: Path, _chance: random.Random) -> None:
    _more(
        path, lambda: "", '<mergeCells count="2"><mergeCell ref="A2:A9"/><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )


def _bomb(path: Path, chance: random.Random) -> None:
    """Little that unpacks to much: in a cell, in cells, in rows of numbers, in another part, in entities."""
    kind = chance.randrange(5)
    if kind == 0:
        _more(path, lambda: f'<row><c t="inlineStr"><is><t>{"a" * (200 << 20)}</t></is></c></row>')
    elif kind == 1:
        _more(path, lambda: "<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>")
    elif kind == 2:
        _more(path, lambda: "<row><c><v>1</v></c></row>" * 3_000_000)
    elif kind == 3:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/sharedStrings.xml", b"<sst>" + b"<si><t>ha</t></si>" * (3 << 20) + b"</sst>")
    else:
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        document = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>'
        _parts(path, lambda name, data: document.encode() + data if name.endswith("sheet1.xml") else data)


def _other_encoding(path: Path, chance: random.Random) -> None:
    text = path.read_text(encoding="utf-8").replace("disgust", "dégoût 厌恶")
    codec = chance.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "gb18030", "cp037", "utf-7", "shift_jis")
    )
    path.write_bytes(text.encode(codec, "replace"))


def _quotes(path: Path, chance: random.Random) -> None:
    text = path.read_text(encoding="utf-8")
    at = chance.randrange(len(text))
    path.write_text(text[:at] + chance.choice(('"', '"' * 3, "\r", "\0", "\n" * 2_000)) + text[at:], encoding="utf-8")


def _long(path: Path, chance: random.Random) -> None:
    kind = chance.randrange(4)
    more = (
        lambda: ",".join(["1"] * 3_000_000), lambda: "a" * (20 << 20), lambda: "\n" * 10_000_000,
        lambda: "1,2,3\n" * 2_000_000,
    )[kind]()  # fmt: skip
    with path.open("a", encoding="utf-8") as stream:
        stream.write(more)


_WORKBOOKS = (
    _whole, _cut, _flip, _splice, _noise, _without_part, _xml, _xml, _empty_rows, _far_cells, _merged_cells, _bomb,
)  # fmt: skip
_TEXTS = (_whole, _cut, _flip, _splice, _noise, _other_encoding, _quotes, _long)
