"""Where the window keeps what is the user's: settings, the sample project, loose clips' labels, the log of crashes."""

import getpass
import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

_NAME = "MER Studio"


def data_folder() -> Path:
    """The user's data folder; the environment variable MER_STUDIO_HOME puts it and the settings elsewhere."""
    home = os.environ.get("MER_STUDIO_HOME")
    return Path(home) if home else Path(platformdirs.user_data_path(_NAME, appauthor=False))


def settings() -> QSettings:
    """The window's own settings: places of docks, theme, last project."""
    home = os.environ.get("MER_STUDIO_HOME")
    folder = Path(home) if home else Path(platformdirs.user_config_path(_NAME, appauthor=False))
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def index_folder() -> Path:
    """Lists of the frames of long videos; rebuilt when needed, so that the folder can be deleted at any time."""
    home = os.environ.get("MER_STUDIO_HOME")
    return (Path(home) if home else Path(platformdirs.user_cache_path(_NAME, appauthor=False))) / "video indices"


def sample_project() -> Path:
    """The generated project to try things on."""
    return data_folder() / "Sample project"


def loose_clips_project() -> Path:
    """The project that takes clips opened without one."""
    return data_folder() / "My clips"


def user_name() -> str:
    """What a new project calls its coder at first."""
    return getpass.getuser()
