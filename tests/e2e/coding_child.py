"""A window that codes at random until it is killed; after each edit it says what it shows. For test_kill."""

import json
import random
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from app.launch import make_application
from app.main_window import MainWindow


def main(project: Path, seed: int) -> None:
    """Code the project's first clip for ever."""
    application = make_application()
    window = MainWindow()
    window.show()
    window.open_paths([project])
    window.desk.session.choose_clip(1)
    while window.desk.media.clip is None:
        _wait(10)
    rng = random.Random(seed)
    panel, session = window.annotation_panel, window.desk.session
    while True:
        what = rng.choice(["mark", "mark", "emotion", "notes", "units", "undo", "redo"])
        if what == "mark":
            window.desk.media.seek(rng.randrange(window.desk.media.frames))
            QTest.keyClick(window, rng.choice([Qt.Key.Key_O, Qt.Key.Key_A, Qt.Key.Key_F]))
        elif what == "emotion":
            panel.emotion.setCurrentIndex(rng.randrange(panel.emotion.count()))
        elif what == "notes":
            QTest.keyClicks(panel.notes, rng.choice("abc "))
        elif what == "units":
            panel.action_units.clear()
            QTest.keyClicks(panel.action_units, rng.choice(["4+9", "12", "1+2"]))
        else:
            window.actions_by_id[what].trigger()
        application.processEvents()
        marks = session.marks
        shown = {
            "marks": [marks.onset, marks.apex, marks.offset],
            "emotion": panel.emotion.currentData(),
            "action_units": panel.action_units.text(),
            "notes": panel.notes.toPlainText(),
        }
        print(json.dumps(shown), flush=True)


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
