"""How long work says how far it is, and how it is told to end."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, text)`` from the working thread; raising ``Cancelled`` in it ends the work."""


def silent(done: int, total: int, text: str) -> None:
    """Ignore progress."""
