"""Coding files as they come from spreadsheet programs: workbooks and separated text, read with bounds."""

from mer_core.datasets.tables.read import SUFFIXES, read_tables
from mer_core.datasets.tables.table import Cell, Table, TableError

__all__ = ["SUFFIXES", "Cell", "Table", "TableError", "read_tables"]
