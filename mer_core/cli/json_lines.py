"""How a command speaks with a window: one JSON object a line on standard output, wishes on standard input."""

import json
import os
import sys
import threading
from typing import Any

from mer_core.errors import Cancelled
from mer_core.progress import Progress

_NICE = 10  # steps below the window's priority; processes that this one starts inherit it


class Wishes:
    """What standard input asks for, read by a thread of its own: ``stop``, ``cancel``; its end cancels too."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._cancel = threading.Event()
        self.should_stop = self._stop.is_set
        self.should_cancel = self._cancel.is_set

    def listen(self) -> None:
        """Read from now on, and let the window go first where both want the processor."""
        if hasattr(os, "nice"):
            os.nice(_NICE)
        threading.Thread(target=self._listen, daemon=True).start()

    def progress(self) -> Progress:
        """A progress callback that prints a line each time, and ends the work when cancelling was asked for."""

        def report(done: int, total: int, text: str) -> None:
            if self.should_cancel():
                raise Cancelled
            print_line({"event": "progress", "done": done, "total": total, "text": text})

        return report

    def _listen(self) -> None:
        for line in sys.stdin:
            if line.strip() == "stop":
                self._stop.set()
            elif line.strip() == "cancel":
                break
        self._cancel.set()


def print_line(event: dict[str, Any]) -> None:
    """Say one thing."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()
