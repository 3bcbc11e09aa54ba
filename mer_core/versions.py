"""What figures depend on, for cards and results."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Versions of Python, this project, and of what descriptors, networks and classic classifiers compute with."""
    names = ("mer-studio", "torch", "numpy", "scipy", "scikit-learn", "opencv-contrib-python-headless")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
