"""``python -m tests.bench [NAME…]``: run benchmarks, those of windows on the display there is or on Xvfb."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from tests.bench import descriptors, desk, features, flow, folds, scrubbing, shipped, spotting

BENCHMARKS = {
    "desk": desk.run,
    "folds": folds.run,
    "descriptors": descriptors.run,
    "flow": flow.run,
    "features": features.run,
    "scrubbing": scrubbing.run,
    "spotting": spotting.run,
    "shipped": shipped.run,
}
GROUPS = {"motion": ("flow", "scrubbing", "spotting")}
"""Several by one name."""
_DRAW = {"desk", "flow", "scrubbing", "spotting"}


def main() -> int:
    """Run those named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    known = [*BENCHMARKS, *GROUPS]
    parser.add_argument("names", nargs="*", choices=[[], *known], metavar="NAME", help=", ".join(known))
    asked = parser.parse_args().names or list(BENCHMARKS)
    names = [name for each in asked for name in GROUPS.get(each, (each,))]
    with _display() if _DRAW & set(names) else nullcontext():
        for name in names:
            BENCHMARKS[name]()
    return 0


@contextmanager
def _display() -> Iterator[None]:
    """A display: the one there is, or a virtual one for as long as the benchmarks run."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        yield
        return
    if shutil.which("Xvfb") is None:
        sys.exit("Benchmarks draw real windows: set DISPLAY, or install Xvfb (Debian's package xvfb).")
    name = f":{90 + os.getpid() % 900}"
    server = subprocess.Popen(["Xvfb", name, "-screen", "0", "1920x1080x24"], stderr=subprocess.DEVNULL)
    os.environ["DISPLAY"] = name
    time.sleep(1)
    try:
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
