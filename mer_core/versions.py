"""What figures depend on, for cards and results."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Versions of Python, this project, torch and numpy."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("mer-studio", "torch", "numpy")}}
