"""What becomes of memory that is no longer used."""

import ctypes
import sys
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_OWN_PAGES_FROM = 32 << 20  # bytes; glibc takes no more
_KEPT = 256 << 20


def keep_freed_memory() -> None:
    """Have freed memory kept for the next array, up to 256 MB of it.

    glibc hands the end of its memory back to the system at once when a few hundred kilobytes of it are free, and asks
    for it anew, page by page and zeroed, for the next array. Measuring one field of flow lasts a quarter longer by that
    and training convolutions too. Other C libraries are left as they are.
    """
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES_FROM)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def give_back_freed_memory() -> None:
    """Hand what is free back to the system now: after something large was closed."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> Any:
    """The C library, where it is glibc."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
