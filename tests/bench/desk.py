"""The desk's speed: start to painted window, and frame step to painted pixel, each beside pyqtgraph's ImageView."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_STARTS = 7
_ROOT = Path(__file__).parents[2]


def run() -> None:
    """Print both tables."""
    _starts()
    _steps()


def _starts() -> None:
    """Each start is a fresh process; the tools take turns, so that a drifting machine hits both."""
    seconds: dict[str, list[float]] = {"studio": [], "imageview": []}
    for repeat in range(_STARTS + 1):
        for tool, times in seconds.items():
            begun = time.time()
            command = [sys.executable, "-m", "tests.bench.probe", "start", tool]
            with tempfile.TemporaryDirectory() as home:
                done = subprocess.run(
                    command, cwd=_ROOT, capture_output=True, text=True, check=True, env=_environment(home)
                )
            if repeat:  # the first warms the disk's cache
                times.append(float(done.stdout.split()[-1]) - begun)
    print(f"Start to painted window, {_STARTS} warm starts each, seconds")
    _table(seconds, "imageview", 3)


def _steps() -> None:
    """400 frames of 640×480 in memory, stepped through once forwards."""
    milliseconds: dict[str, list[float]] = {}
    for tool in ("studio", "imageview"):
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "tests.bench.probe", "step", tool]
            done = subprocess.run(
                command, cwd=_ROOT, capture_output=True, text=True, check=True, env=_environment(home)
            )
        milliseconds[tool] = [float(each) for each in done.stdout.split()]
    print("\nFrame step to painted pixel, 400 frames 640×480 in memory, milliseconds")
    _table(milliseconds, "imageview", 2)


def _environment(home: str) -> dict[str, str]:
    return {**os.environ, "MER_STUDIO_HOME": home}


def _table(values: dict[str, list[float]], beside: str, digits: int) -> None:
    print(f"{'':12}{'p50':>10}{'p95':>10}{'max':>10}{'n':>6}{'p50 ratio':>12}")
    middle = statistics.median(values[beside])
    for tool, each in values.items():
        p50, p95 = statistics.median(each), float(np.percentile(each, 95))
        figures = "".join(f"{value:>10.{digits}f}" for value in (p50, p95, max(each)))
        print(f"{tool:12}{figures}{len(each):>6}{p50 / middle:>11.2f}×")
