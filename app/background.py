"""Work off the GUI thread. Results come back to the GUI thread; an unforeseen error is raised there, not hidden."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from mer_core.errors import Cancelled, MerError


@dataclass(frozen=True)
class _Job:
    key: str
    work: Callable[[], Any]
    then: Callable[[Any], None]
    otherwise: Callable[[str], None]


class Worker(QObject):
    """One thread. Of the jobs waiting under one key only the newest is done: the latest wins.

    `then` gets the result, `otherwise` the sentence of a MerError; both are called in the GUI thread.
    """

    _finished = Signal(object, object)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: dict[str, _Job] = {}
        self._running: _Job | None = None
        self._forgotten = False
        # Queued: one that ends at once is told of by this thread, and would overtake the one being delivered.
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(
        self, key: str, work: Callable[[], Any], then: Callable[[Any], None], otherwise: Callable[[str], None]
    ) -> None:
        """Do `work` soon, in place of what waits under the same key."""
        self._waiting.pop(key, None)  # to the end of the queue
        self._waiting[key] = _Job(key, work, then, otherwise)
        self._start_next()

    def forget(self) -> None:
        """Drop what waits, and the result of what runs."""
        self._waiting.clear()
        self._forgotten = self._running is not None

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return self._running is not None or bool(self._waiting)

    def stop(self) -> None:
        """Forget everything and wait for the thread to end."""
        self.forget()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start_next(self) -> None:
        if self._running is None and self._waiting:
            self._running = job = self._waiting.pop(next(iter(self._waiting)))
            future = self._pool.submit(job.work)
            future.add_done_callback(lambda done: self._finished.emit(job, done))

    def _deliver(self, job: _Job, future: Future[Any]) -> None:
        forgotten, self._forgotten, self._running = self._forgotten, False, None
        self._start_next()
        if forgotten or future.cancelled():
            return
        try:
            result = future.result()
        except Cancelled:
            return
        except MerError as error:
            job.otherwise(str(error))
        else:
            job.then(result)
