"""Tasks shared out among processes beside each other, or done here one after the other.

A worker whose parent dies ends too: its pipe closes, and the next word it says, or waits for, fails.
"""

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from mer_core.errors import MerError
from mer_core.memory import keep_freed_memory

T = TypeVar("T")
R = TypeVar("R")
Share = Callable[[float], None]
Work = Callable[[T, Share], R]
_TELL_EVERY = 0.1
_LOOK_EVERY = 0.2


class Unforeseen(str):
    """Why there is no result where nobody foresaw it: "error: ", the error's type and its text."""

    __slots__ = ()


def share_out(
    tasks: Sequence[T],
    setup: Callable[[int], Work[T, R]],
    *,
    jobs: int,
    told: Callable[[T, float | R | str], None],
    name: Callable[[T], str],
    check: Callable[[], None] = lambda: None,
) -> None:
    """Do all tasks in the order given; as many at once as there are ``jobs``.

    setup(threads): called once in each process, makes what does a task: work(task, share) → result, where ``share`` may
    be told 0..1 meanwhile; ``threads`` is how many threads are meant for it, 0 for as many as there are. With several
    jobs ``setup``, tasks and results are pickled.
    told(task, what), always in the calling thread: the share that is done, the result, or a sentence saying why there
    is none: a MerError's, or ``Unforeseen``, whose traceback goes to standard error. name(task): what a sentence calls
    it. ``check`` is called often; what it or ``told`` raises ends all work at once. Raises MerError where a process
    dies.
    """
    if jobs > 1 and len(tasks) > 1:
        _beside(tasks, setup, min(jobs, len(tasks)), told, name, check)
        return
    work = setup(0)
    for task in tasks:

        def share(done: float, task: T = task) -> None:
            check()
            told(task, done)

        check()
        told(task, 0.0)
        told(task, _outcome(work, task, share))


def _outcome(work: Work[T, R], task: T, share: Share) -> R | str:
    ended: list[BaseException] = []

    def heard(done: float) -> None:
        try:
            share(done)
        except BaseException as error:
            ended.append(error)
            raise

    try:
        return work(task, heard)
    except MerError as error:
        if ended:
            raise
        return str(error)
    except Exception as error:
        if ended:
            raise
        traceback.print_exc()
        return Unforeseen(f"error: {type(error).__name__}: {' '.join(str(error).split())}")


def _beside(
    tasks: Sequence[T],
    setup: Callable[[int], Work[T, R]],
    jobs: int,
    told: Callable[[T, float | R | str], None],
    name: Callable[[T], str],
    check: Callable[[], None],
) -> None:
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // jobs)
    waiting = list(reversed(tasks))
    busy: dict[Connection, T] = {}
    with ExitStack() as stack:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, setup, threads), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            stack.callback(process.terminate)
            stack.callback(ours.close)
            busy[ours] = _give(ours, waiting, name)
        while busy:
            check()
            ready = wait(list(busy), timeout=_LOOK_EVERY)
            for connection in [one for one in busy if one in ready]:
                task = busy[connection]
                what = _heard(connection, task, name)
                told(task, what)
                if not isinstance(what, float):
                    del busy[connection]
                    if waiting:
                        busy[connection] = _give(connection, waiting, name)


def _heard(connection: Connection, task: T, name: Callable[[T], str]) -> Any:
    try:
        return connection.recv()
    except (EOFError, ConnectionError):
        raise _died(name(task)) from None


def _give(connection: Connection, waiting: list[T], name: Callable[[T], str]) -> T:
    task = waiting.pop()
    try:
        connection.send(task)
    except ConnectionError:
        raise _died(name(task)) from None
    return task


def _died(name: str) -> MerError:
    return MerError(
        f"The process that measured {name} ended unexpectedly: what was finished is kept, so run it again, with fewer "
        "--jobs if memory was short."
    )


def _serve(connection: Connection, setup: Callable[[int], Work[Any, Any]], threads: int) -> None:
    """A worker process: tasks in; shares, results and sentences out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl+C and ends this process
    os.environ["OMP_NUM_THREADS"] = str(threads)  # torch reads it when a method loads it, and not all do
    keep_freed_memory()
    work = setup(threads)
    said = 0.0

    def share(done: float) -> None:
        nonlocal said
        if time.monotonic() - said > _TELL_EVERY:
            said = time.monotonic()
            connection.send(float(done))

    try:
        while True:
            task = connection.recv()
            connection.send(0.0)
            connection.send(_outcome(work, task, share))
    except (EOFError, ConnectionError):
        return
