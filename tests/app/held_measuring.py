"""mer_core as the window's child, which once its first clip is measured waits until it is told to cancel.

So a test can press Cancel between the first clip and the last, however fast the machine is.
"""

import sys
import time
from typing import Any

from mer_core.cli import json_lines, main

_say = json_lines.print_line
_wishes: list[json_lines.Wishes] = []


class _Wishes(json_lines.Wishes):
    def listen(self) -> None:
        _wishes.append(self)
        super().listen()


def _say_and_wait(event: dict[str, Any]) -> None:
    _say(event)
    if "(1 of" in str(event.get("text", "")):
        while not _wishes[0].should_cancel():
            time.sleep(0.01)


if __name__ == "__main__":
    json_lines.print_line = _say_and_wait
    json_lines.Wishes = _Wishes  # type: ignore[misc]
    sys.exit(main(sys.argv[1:]))
