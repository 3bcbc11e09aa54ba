"""How far work in many tasks is and how long it will take, from what its tasks have taken so far."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar, runtime_checkable


class Kind(Protocol):
    """A task that belongs to others of about its own cost."""

    @property
    def entry(self) -> str: ...


@runtime_checkable
class Timed(Protocol):
    """A result that knows what it took."""

    @property
    def seconds(self) -> float: ...


T = TypeVar("T", bound=Kind)


class Pace(Generic[T]):
    """Keeps count of tasks. ``clock``: seconds, monotonic."""

    def __init__(self, tasks: Sequence[T], jobs: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._tasks = list(tasks)
        self._jobs = max(1, min(jobs, len(self._tasks)))
        self._clock = clock
        self._share = dict.fromkeys(range(len(self._tasks)), 0.0)
        self._began: dict[int, float] = {}
        self._took: dict[str, list[float]] = defaultdict(list)

    def known(self, entry: str, seconds: float) -> None:
        """A task of ``entry`` that was done before."""
        self._took[entry].append(seconds)

    def told(self, task: T, what: object) -> None:
        """As ``share_out`` tells it: a share of the task, or its result."""
        index = self._tasks.index(task)
        self._began.setdefault(index, self._clock())
        self._share[index] = what if isinstance(what, float) else 1.0
        if isinstance(what, Timed):
            self._took[task.entry].append(what.seconds)

    @property
    def done(self) -> float:
        """Tasks that are done, with shares of those under way."""
        return sum(self._share.values())

    @property
    def finished(self) -> int:
        """Tasks that are wholly done."""
        return sum(share >= 1 for share in self._share.values())

    @property
    def seconds_left(self) -> float | None:
        """An estimate: each entry by its other seeds, or by the share it has done; None before there is any."""
        known = {entry: sum(took) / len(took) for entry, took in self._took.items()}
        for index, began in self._began.items():
            if 0 < self._share[index] < 1:
                elapsed = self._clock() - began
                known.setdefault(self._tasks[index].entry, elapsed / self._share[index])
        if not known:
            return None
        usual = sum(known.values()) / len(known)
        left = sum(known.get(task.entry, usual) * (1 - self._share[index]) for index, task in enumerate(self._tasks))
        return left / self._jobs


def duration(seconds: float) -> str:
    """As a person says it: 40 s, 3 min, 2.5 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
