"""What all tests share: a home of their own, and no thread, window or child process left behind."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:  # one worker a core: more threads in each would only wait for each other
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ.setdefault(name, "1")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data and settings of one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MER_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def qapp() -> "QApplication":
    """The application as the program makes it."""
    from app.launch import make_application

    return make_application()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while (left := [each for each in set(threading.enumerate()) - before if each.is_alive() and not each.daemon]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    assert not left, f"threads left running: {left}"


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample project, made once: four subjects of three clips. Copy it to write into it."""
    from mer_core.project.sample import make_sample_project

    folder = tmp_path_factory.mktemp("sample") / "Sample project"
    make_sample_project(folder, subjects=4, clips_per_subject=3)
    return folder
