"""Spreadsheet programs keep a date as a number, and turn much into dates that was none (``1-2`` into 2 January)."""

import re
from datetime import datetime, timedelta

_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time."""
    return bool(re.search(r"[ymdhs]", _NOT_CODE.sub("", code[:200]), re.IGNORECASE)) and "General" not in code


def date_of(value: float, since_1904: bool) -> datetime | None:
    """The moment a number stands for, or None where it stands for none."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    try:
        return start + timedelta(days=value)
    except (OverflowError, ValueError):
        return None
