"""How much memory the frames of a clip may take: chosen in a menu, kept in the settings."""

import ctypes
import os
import sys

from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.media import Media

_MB = 1 << 20
LIMITS = {512: "512 MB", 1024: "1 GB", 2048: "2 GB", 4096: "4 GB"}
_KEY = "frame memory"
_SHARE = 8  # of the machine's memory by default: one part in so many


class MemoryMenu:
    """Fills a menu with the limits; the one chosen holds at once."""

    def __init__(self, menu: QMenu, media: Media, settings: QSettings) -> None:
        self._media, self._settings = media, settings
        self.actions: dict[int, QAction] = {}
        group = QActionGroup(menu)
        for megabytes, text in LIMITS.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, megabytes=megabytes: self.choose(megabytes))
            group.addAction(action)
            self.actions[megabytes] = action
        menu.setToolTip("Frames around the one shown are kept decoded, so that going to them is instant")
        kept = str(settings.value(_KEY, ""))
        self._use(int(kept) if kept.isdecimal() and int(kept) in LIMITS else sensible_limit())

    def choose(self, megabytes: int) -> None:
        """Use this limit, now and next time."""
        self._settings.setValue(_KEY, megabytes)
        self._use(megabytes)

    def _use(self, megabytes: int) -> None:
        self.actions[megabytes].setChecked(True)
        self._media.set_memory(megabytes * _MB)


def sensible_limit() -> int:
    """The largest of the limits that is a small part of the machine's memory."""
    room = machine_memory() // _SHARE // _MB
    return max((limit for limit in LIMITS if limit <= room), default=min(LIMITS))


def machine_memory() -> int:
    """Bytes of memory the machine has; 8 GB where it does not tell."""
    if sys.platform == "win32":

        class Status(ctypes.Structure):
            _fields_ = [("length", ctypes.c_uint32), ("load", ctypes.c_uint32), ("values", ctypes.c_uint64 * 7)]

        status = Status(length=ctypes.sizeof(Status))
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return int(status.values[0])
    elif {"SC_PAGE_SIZE", "SC_PHYS_PAGES"} <= os.sysconf_names.keys():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 8 << 30
