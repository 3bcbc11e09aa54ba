"""Child processes of mer_core that speak one JSON object a line."""

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

_ROOT = Path(__file__).parents[1]
PROGRAM = ("-m", "mer_core")  # what the interpreter is to run


class CoreProcess(QObject):
    """``python -m mer_core …`` as a child: messages in and out, its log kept. It ends when its input is closed."""

    message = Signal(dict)
    ended = Signal(int, str)  # exit code (-1: crashed or never started), the end of its log

    def __init__(self, arguments: list[str], parent: QObject) -> None:
        super().__init__(parent)
        self._log = ""
        self._rest = b""
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        self._process.setArguments([*PROGRAM, *arguments])
        self._process.setWorkingDirectory(str(_ROOT))
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONUTF8", "1")
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read_messages)
        self._process.readyReadStandardError.connect(self._read_log)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail_to_start)
        self._process.start()

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def send(self, line: str) -> None:
        """Write one line to the child's input."""
        self._process.write(line.rstrip("\n").encode() + b"\n")

    def end(self, milliseconds: int = 3000) -> None:
        """Close the child's input and wait until it has ended, by force after the given time."""
        if not self.running:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(milliseconds):
            self._process.kill()
            self._process.waitForFinished(2000)

    def _read_messages(self) -> None:
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            if line.strip():
                parsed: dict[str, Any] = json.loads(line)
                self.message.emit(parsed)

    def _read_log(self) -> None:
        self._log = (self._log + bytes(self._process.readAllStandardError().data()).decode(errors="replace"))[-20_000:]

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_messages()
        self._read_log()
        self.ended.emit(code if status == QProcess.ExitStatus.NormalExit else -1, self._log.strip())

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.ended.emit(-1, f"{sys.executable} could not be started.")
