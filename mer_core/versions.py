"""What figures depend on, for cards and results."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Versions of Python, this project, and of what networks and classic classifiers compute with."""
    names = ("mer-studio", "torch", "numpy", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
