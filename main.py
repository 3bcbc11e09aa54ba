"""Start MER Studio: ``python main.py [PROJECT | CLIP…]``."""

import sys
from importlib.util import find_spec

_NEEDED = {"PySide6": "PySide6-Essentials", "pyqtgraph": "pyqtgraph", "numpy": "numpy", "cv2": "OpenCV", "av": "PyAV"}
_NEEDED |= {"h5py": "h5py", "torch": "PyTorch", "safetensors": "safetensors", "platformdirs": "platformdirs"}


def main() -> int:
    """Say in one sentence what is missing, or open the window."""
    missing = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if missing:
        print(
            f"MER Studio needs {', '.join(missing)}, not installed for {sys.executable}: "
            "run `make setup` and then `.venv/bin/python main.py`, or follow “Without make” in README.md.",
            file=sys.stderr,
        )
        return 1
    from app.launch import main as launch

    return launch(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
