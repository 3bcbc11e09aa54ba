"""The live loop in a real window: from a step to the motion panel painted with what moved since the onset."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_ROOT = Path(__file__).parents[2]
_FRAMES = 60
_ROWS = (
    "step → measured",
    "step → panel painted",
    "its processor time, all threads",
    "longest the window stood still",
    "OpenCV's bare DIS, 280 × 340",
)
_SCALE = 1.45  # of the portrait: its face is then about 280 × 340 pixels


def run() -> None:
    """Print p50 and p95 of the stretches of the way, in milliseconds, beside OpenCV's bare flow in the same run.

    On a busy machine the processor's time says what the way would take on an idle one.
    """
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tests.bench.live"]
        environment = {**os.environ, "MER_STUDIO_HOME": home}
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True, env=environment)
    rows = np.array([[float(each) for each in line.split()] for line in done.stdout.splitlines()])
    print(f"\nLive loop, {len(rows)} steps through frames not measured before, face about 280 × 340 px, milliseconds")
    print(f"{'':34}{'p50':>8}{'p95':>8}{'p50 ratio':>12}")
    bare = np.median(rows[:, -1])
    for name, column in zip(_ROWS, rows.T, strict=True):
        p50, p95 = np.median(column), np.percentile(column, 95)
        print(f"{name:34}{p50:>8.1f}{p95:>8.1f}{p50 / bare:>11.2f}×")


def probe() -> None:
    """One line a step: the figures of _ROWS."""
    import cv2
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from app.launch import make_application, open_window
    from mer_core.flow.methods import opencv_method
    from tests.bench.probe import Painted
    from tests.e2e.hands import Pulse, wait, wait_until
    from tests.moving_face import moved, noisy, similarity, smile

    with tempfile.TemporaryDirectory() as folder:
        for number in range(_FRAMES + 1):
            way = number / _FRAMES
            frame = moved(similarity(way, 1, (4 * way, 0), (220, 200)), smile(3 * way))
            frame = cv2.resize(frame, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
            (Path(folder) / f"{number}.bmp").write_bytes(
                cv2.imencode(".bmp", noisy(frame, 1, number)[..., ::-1])[1].tobytes()
            )
        make_application()
        window = open_window([Path(folder)], demo=False)
        media, live, plots = window.desk.media, window.desk.live, window.plots
        wait_until(lambda: media.buffer is not None and media.buffer.loaded == _FRAMES + 1, "all is in memory", 120)
        wait_until(lambda: live.alignment is not None and plots.motion is not None, "the face is found")
        assert plots.motion is not None
        plots.motion.span.setCurrentText("onset → current")
        window.desk.session.set_mark("onset", 0)
        wait(3000)  # the model's child starts meanwhile
        measured: list[float] = []
        painted: list[float] = []
        live.field_measured.connect(lambda found, *_: measured.append(time.perf_counter()) if found else None)
        canvas = plots.motion._graphics.viewport()
        Painted(canvas, lambda: painted.append(time.perf_counter()) if measured else None)
        bare = opencv_method("dis")
        pictures = [
            cv2.resize(cv2.cvtColor(moved(similarity(shift=(x, 0))), cv2.COLOR_RGB2GRAY), (280, 340)) for x in (0, 1)
        ]
        pulse = Pulse()
        for index in range(1, _FRAMES + 1):
            measured.clear()
            painted.clear()
            pulse.start()
            begun, worked = time.perf_counter(), time.process_time()
            media.seek(index)
            while not painted:
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            worked = time.process_time() - worked
            stood = pulse.stop()
            again = time.perf_counter()
            bare.calc(*pictures, None)
            again = time.perf_counter() - again
            seconds = measured[0] - begun, painted[0] - begun, worked
            print(*(1e3 * each for each in seconds), stood, 1e3 * again, flush=True)
            wait(30)
        window.close()


if __name__ == "__main__":
    probe()
