"""What numpy raises where an ``.npz`` is damaged: bytes of it changed, missing, or all gone."""

import struct
import tokenize
import zipfile
import zlib

DAMAGE = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, IndexError, RuntimeError, MemoryError, OverflowError),
    *(SyntaxError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
"""numpy reads a header as Python code; to zipfile damage may look like encryption or a packing it does not know."""
