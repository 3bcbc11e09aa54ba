"""Short clips of faces, and the window opened on one with its onset and apex marked."""

from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from tests.moving_face import moved, noisy, portrait, similarity, smile

HEAD = similarity(0.6, 1.0, (2, -1), (224, 200))


def make_clips(root: Path) -> None:
    """Folders of five frames: a smile on a moving head; two people of whom the left one smiles; noise."""
    rng = np.random.default_rng(0)
    amounts = (0, 0.5, 1, 1.5, 2)
    pictures = {
        "smile": [noisy(moved(HEAD if a else None, smile(a)), 1, n) for n, a in enumerate(amounts)],
        "two": [np.hstack([moved(expression=smile(a)), portrait()]) for a in amounts],
        "nobody": [rng.integers(90, 110, (120, 160, 3), np.uint8) for _ in amounts],
    }
    for name, frames in pictures.items():
        (root / name).mkdir()
        for number, frame in enumerate(frames):
            assert cv2.imwrite(str(root / name / f"{number}.png"), frame[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])


def open_clip(window: MainWindow, qtbot: QtBot, folder: Path, tmp_path: Path) -> None:
    """Onset in the first frame, apex in the last, which is shown. No model answers: it takes seconds to start."""
    window.desk.session.create_project(tmp_path / "project", "anna")
    window.desk.live.recogniser.use(None)
    window.open_paths([folder])
    live, media = window.desk.live, window.desk.media
    qtbot.waitUntil(lambda: media.buffer is not None and media.buffer.loaded == 5)
    qtbot.waitUntil(lambda: live.alignment is not None or bool(live.no_face))
    window.player.view.setFocus()
    for key in (Qt.Key.Key_O, Qt.Key.Key_End, Qt.Key.Key_A):
        qtbot.keyClick(window, key)
