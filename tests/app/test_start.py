"""Starting: fast because little is loaded, and clear when something is missing."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SHOWN = """
import sys
from app.launch import make_application, open_window
application = make_application()
window = open_window([], demo=False)
def painted():
    print(*sorted({name.split('.')[0] for name in sys.modules}))
    window.close()
    application.quit()
window.painted.disconnect()
window.painted.connect(painted)
application.exec()
"""


def test_the_window_is_painted_before_anything_heavy_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", _SHOWN], cwd=_ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "PySide6" in loaded
    assert not loaded & {"torch", "numpy", "cv2", "av", "h5py", "scipy", "sklearn", "skimage", "pyqtgraph"}


def test_without_its_packages_one_sentence_says_what_to_run() -> None:
    # -S -I: no site-packages, as on a machine where nothing is installed.
    done = subprocess.run(
        [sys.executable, "-S", "-I", "main.py"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "PySide6" in done.stderr
    assert "make setup" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_line_says_what_it_takes() -> None:
    done = subprocess.run([sys.executable, "main.py", "--help"], cwd=_ROOT, capture_output=True, text=True, check=True)
    assert "PROJECT | CLIP" in done.stdout
