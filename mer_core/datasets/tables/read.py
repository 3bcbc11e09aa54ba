"""From a file to its sheets."""

from pathlib import Path

from mer_core.datasets.tables.delimited import read_delimited
from mer_core.datasets.tables.table import Table, TableError
from mer_core.datasets.tables.workbook import read_workbook

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
SUFFIXES = WORKBOOKS | TEXTS


def read_tables(path: Path) -> list[Table]:
    """All sheets of a coding file (.xlsx, .xlsm, .csv, .tsv, .txt) that hold anything, in their order.

    Reading ends within a few seconds and in bounded memory whatever the file holds. Raises TableError, one sentence,
    where it cannot be read.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise TableError(f"There is no file {path}: check the path.")
    if suffix not in SUFFIXES:
        hint = "save it as .xlsx in a spreadsheet program" if suffix in {".xls", ".xlsb", ".ods"} else "choose a table"
        raise TableError(f"{path} is no table that can be read (.xlsx, .csv, .tsv): {hint}.")
    try:
        tables = read_workbook(path) if suffix in WORKBOOKS else read_delimited(path)
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror or error}): check your rights to it.") from error
    filled = [table for table in tables if table.rows]
    if not filled:
        raise TableError(f"{path} holds no rows: choose the file with the coding.")
    return filled
