"""Coding files are read as a spreadsheet program shows them, whatever made them."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from mer_core.datasets.cells import frame_number
from mer_core.datasets.tables import TableError, read_tables
from tests.core.datasets.trees import workbook

LINES = "Subject,Filename,Note\n1,EP01,Überraschung\n"


def test_a_workbook_of_a_spreadsheet_program_is_read_whole(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    sheet.append(["Subject", "Filename", None, "Frame", "Made", "Sum", True])
    sheet.append(["01", "EP<&>01", None, 46, datetime(2014, 5, 8), "=D2+1", 1.5])
    sheet.merge_cells("A2:A3")
    sheet["B3"] = "EP02"
    book.create_sheet("empty")
    book.save(tmp_path / "a.xlsx")
    (table,) = read_tables(tmp_path / "a.xlsx")
    assert table.name == "Sheet1"
    assert table.rows == (
        ("Subject", "Filename", None, "Frame", "Made", "Sum", "TRUE"),
        ("01", "EP<&>01", None, 46, datetime(2014, 5, 8), "=D2+1", 1.5),
        (None, "EP02"),
    )
    assert "is a formula without a stored value" in frame_number(table.rows[1][5]).problem
    assert "turned it into a date" in frame_number(table.rows[1][4]).problem


def test_a_stored_value_stands_for_its_formula_and_hints_of_reading_are_left_out(tmp_path: Path) -> None:
    more = (
        '<row r="3"><c r="B3"><f>A1+1</f><v>47</v></c><c r="C3" t="str"><f>X</f><v>text</v></c>'
        '<c r="D3" t="inlineStr"><is><r><t>厌</t></r><r><t>恶</t></r><rPh><t>yanwu</t></rPh></is></c></row>'
    )
    workbook(tmp_path / "a.xlsx", ("Sheet1", [("a",)]), raw_rows=more)
    (table,) = read_tables(tmp_path / "a.xlsx")
    assert table.rows == (("a",), (), (None, 47, "text", "厌恶"))


def test_what_lies_far_below_is_said_not_to_be_read(tmp_path: Path) -> None:
    more = '<row r="5000"><c r="A5000"><v>1</v></c></row>'
    workbook(tmp_path / "a.xlsx", ("Sheet1", [("a",), ("b",)]), raw_rows=more)
    (table,) = read_tables(tmp_path / "a.xlsx")
    assert table.rows == (("a",), ("b",))
    assert "more than 1000 empty rows after row 2: reading ended there" in table.notes[0]


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_text_is_read_in_the_encoding_it_has(tmp_path: Path, codec: str, said: str) -> None:
    (tmp_path / "a.csv").write_bytes(LINES.encode(codec))
    (table,) = read_tables(tmp_path / "a.csv")
    assert table.rows == (("Subject", "Filename", "Note"), ("1", "EP01", "Überraschung"))
    assert [said in note for note in table.notes] == ([True] if said else [])


def test_chinese_text_is_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("主题;文件\n1;厌恶 EP01\n".encode("gb18030"))
    (table,) = read_tables(tmp_path / "a.csv")
    assert table.rows[0] == ("主题", "文件")
    assert table.rows[1] == ("1", "厌恶 EP01")
    assert "GB 18030" in table.notes[0]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, sign: str) -> None:
    text = f'Clip{sign}Note\nEP01{sign}"a {sign} b, c"\nEP02{sign}\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (table,) = read_tables(tmp_path / "a.csv")
    assert table.rows == (("Clip", "Note"), ("EP01", f"a {sign} b, c"), ("EP02", ""))


def _refused(path: Path, match: str) -> None:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(TableError, match=match) as caught:
        read_tables(path)
    assert str(path) in str(caught.value)
    assert before is None or path.read_bytes() == before


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    _refused(tmp_path / "none.xlsx", "There is no file")
    old = tmp_path / "old.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    _refused(old, "old or an encrypted Excel file")
    old.rename(tmp_path / "old.xls")
    _refused(tmp_path / "old.xls", "save it as .xlsx")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 4)
    _refused(binary, "no text but binary data")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"\n\n")
    _refused(empty, "holds no rows")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    _refused(tmp_path / "other.xlsx", "it has no xl/workbook.xml")
