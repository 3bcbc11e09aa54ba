"""Measuring tasks here, or in several processes beside each other.

A worker whose parent dies ends too: its pipe closes, and the next word it says, or waits for, fails.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection, wait

import numpy as np

from mer_core.errors import MerError
from mer_core.evaluation.parts import Part, Task, measure
from mer_core.features import FeatureSet

Told = Callable[[Task, float | Part | str], None]
"""(task, what): the share of it that is done, the part when it is whole, or a sentence saying why it cannot be."""
_TELL_EVERY = 0.1
_LOOK_EVERY = 0.2


def run_tasks(
    tasks: Sequence[Task],
    features: FeatureSet,
    divisions: dict[str, np.ndarray],
    *,
    jobs: int,
    told: Told,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Measure all tasks. ``check`` is called often; what it or ``told`` raises ends all work at once."""
    if jobs > 1 and len(tasks) > 1:
        _beside(tasks, features, divisions, min(jobs, len(tasks)), told, check)
        return
    for task in tasks:

        def on_epoch(done: int, total: int, task: Task = task) -> None:
            check()
            told(task, done / max(total, 1))

        check()
        told(task, 0.0)
        told(task, _outcome(features, divisions, task, on_epoch))


def _outcome(
    features: FeatureSet, divisions: dict[str, np.ndarray], task: Task, on_epoch: Callable[[int, int], None]
) -> Part | str:
    try:
        return measure(features, divisions[task.division], task, on_epoch)
    except MerError as error:
        return str(error)


def _beside(
    tasks: Sequence[Task],
    features: FeatureSet,
    divisions: dict[str, np.ndarray],
    jobs: int,
    told: Told,
    check: Callable[[], None],
) -> None:
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // jobs)
    waiting = list(reversed(tasks))
    busy: dict[Connection, Task] = {}
    with ExitStack() as stack:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, features, divisions, threads), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            stack.callback(process.terminate)
            stack.callback(ours.close)
            busy[ours] = _give(ours, waiting)
        while busy:
            check()
            ready = wait(list(busy), timeout=_LOOK_EVERY)
            for connection in [one for one in busy if one in ready]:
                task = busy[connection]
                what = _heard(connection, task)
                told(task, what)
                if not isinstance(what, float):
                    del busy[connection]
                    if waiting:
                        busy[connection] = _give(connection, waiting)


def _heard(connection: Connection, task: Task) -> float | Part | str:
    try:
        return connection.recv()
    except (EOFError, ConnectionError):
        raise _died(task) from None


def _give(connection: Connection, waiting: list[Task]) -> Task:
    task = waiting.pop()
    try:
        connection.send(task)
    except ConnectionError:
        raise _died(task) from None
    return task


def _died(task: Task) -> MerError:
    return MerError(
        f"The process that measured '{task.entry}', seed {task.seed}, ended unexpectedly: what was finished is kept, "
        "so run it again, with fewer --jobs if memory was short."
    )


def _work(connection: Connection, features: FeatureSet, divisions: dict[str, np.ndarray], threads: int) -> None:
    """A worker process: tasks in; shares, parts and sentences out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl+C and ends this process
    os.environ["OMP_NUM_THREADS"] = str(threads)  # torch reads it when a method loads it, and not all do
    said = 0.0

    def on_epoch(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > _TELL_EVERY:
            said = time.monotonic()
            connection.send(done / max(total, 1))

    try:
        while True:
            task = connection.recv()
            connection.send(0.0)
            connection.send(_outcome(features, divisions, task, on_epoch))
    except (EOFError, ConnectionError):
        return
