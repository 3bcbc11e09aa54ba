"""Start the application: arguments, theme, what happens to an unforeseen error."""

import argparse
import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication, QMessageBox

from app import places
from app.collecting import collect_here, spare_what_is_there
from app.main_window import MainWindow
from mer_core.memory import keep_freed_memory


def main(arguments: list[str]) -> int:
    """Open the window; returns the exit code when it is closed."""
    parser = argparse.ArgumentParser(
        prog="main.py", description="MER Studio: see, code and recognise micro-expressions."
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PROJECT | CLIP", help="a project's folder, or clips")
    parser.add_argument("--demo", action="store_true", help="open the sample project; it is made on first use")
    chosen = parser.parse_args(arguments)
    application = make_application()
    _report_crashes()
    window = open_window(chosen.paths, chosen.demo)
    window.plots.loaded.connect(spare_what_is_there)
    code = application.exec()
    window.deleteLater()
    return code


def make_application() -> QApplication:
    """The application in the style the window is drawn for."""
    keep_freed_memory()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("MER Studio")
    application.setStyle("fusion")
    collect_here(application)
    return application


def open_window(paths: list[Path], demo: bool) -> MainWindow:
    """Show the window; once it is painted, what is to be opened in it and what takes long to load."""
    window = MainWindow()
    window.painted.connect(lambda: _open(window, paths, demo))
    window.painted.connect(window.plots.load)
    window.show()
    return window


def _open(window: MainWindow, paths: list[Path], demo: bool) -> None:
    if paths:
        window.open_paths([path.absolute() for path in paths])
    elif demo:
        window.open_sample()
    else:
        window.open_last()


def _report_crashes() -> None:
    """An unforeseen error is logged whole and said once; the window lives on, and every edit is on disk already."""
    folder = places.data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=folder / "mer-studio.log", level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )

    reporting = False

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        logging.error("unforeseen\n%s", text)
        sys.stderr.write(text)
        nonlocal reporting
        if not issubclass(kind, KeyboardInterrupt) and not reporting:
            reporting = True  # an error in painting comes again while its own report is shown
            box = QMessageBox(QMessageBox.Icon.Warning, "MER Studio", "Something went wrong that should not have.")
            box.setInformativeText(f"Your labels are safe. The details are in {folder / 'mer-studio.log'}.")
            box.setDetailedText(text)
            box.exec()
            reporting = False

    sys.excepthook = report
