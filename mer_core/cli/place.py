"""Where a command is to write."""

import argparse
from pathlib import Path


def place(text: str) -> Path:
    """A path as an option's value; nothing, as of a shell's unset variable, would mean the folder one is in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the place is empty: name a file or folder")
    return Path(text)
