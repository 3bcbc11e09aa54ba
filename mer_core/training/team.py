"""All members of one seed, trained side by side on the processor's cores.

Members share nothing but their random numbers, so a team's halves train in two threads, each with one of torch's own.
That beats one after the other with two of torch's threads, which wait for each other at every small step, and all the
more beside a window that also wants the processor. The figures do not depend on the number of cores.

The member that becomes a model learns in double precision. Processors round otherwise, each in its own order of adding
up, and in single precision a training makes of that up to .0001 of a weight (measured); in double precision it stays
far below what a saved weight can tell. So the same command gives the same model on another processor, but for a last
bit once in a long while.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

from mer_core.models.settings import MethodSettings
from mer_core.training.kinds import Network, kind_of
from mer_core.training.seed_members import Epoch

HALVES = 2


def workers() -> ThreadPoolExecutor:
    """Threads for teams to train in; one set for all teams, for each thread keeps the memory it once used."""
    return ThreadPoolExecutor(HALVES, initializer=torch.set_num_threads, initargs=(1,))


class Team:
    """The members of one seed; arguments as of ``Members``, inputs and settings those of the kind.

    held_out: (K, N) bool; ``check`` is called every step. full: the inputs in double precision, for one more member
    that has nothing held out and becomes a model.
    """

    def __init__(
        self,
        inputs: Any,
        label: np.ndarray,
        held_out: np.ndarray,
        classes: int,
        settings: MethodSettings,
        seed: int,
        check: Callable[[], None] = lambda: None,
        full: Any = None,
    ) -> None:
        self.held_out = held_out
        parts = [(inputs, part) for part in np.array_split(held_out, min(HALVES, len(held_out)))]
        if full is not None:
            parts.append((full, np.zeros((1, held_out.shape[1]), dtype=bool)))
        members = kind_of(settings).members
        self._parts = [members(read, label, part, classes, settings, seed, check) for read, part in parts]

    def epochs(self, pool: ThreadPoolExecutor) -> Iterator[Epoch]:
        """Train in ``workers()``, epoch by epoch; between two every member is whole and may be used or kept."""
        sizes = [len(part.held_out) for part in self._parts]
        running = [part.epochs() for part in self._parts]
        while done := [epoch for epoch in pool.map(lambda epochs: next(epochs, None), running) if epoch]:
            yield Epoch(done[0].stage, float(np.average([epoch.loss for epoch in done], weights=sizes)))

    def held_out_probabilities(self) -> np.ndarray:
        """(N, classes) float32 by the members that have not seen the clip; NaN where every member has."""
        total = np.zeros((self.held_out.shape[1], self._parts[0].classes), dtype=np.float32)
        for part in self._parts:
            part.add_held_out_probabilities(total)
        times = self.held_out.sum(axis=0)[:, None]
        return np.where(times > 0, total / np.maximum(times, 1), np.nan).astype(np.float32)

    def last_network(self) -> Network:
        """A copy of the last member."""
        last = self._parts[-1]
        return last.network.select([len(last.held_out) - 1])

    def last_uncertainty(self) -> np.ndarray | None:
        """(N,) float32, FU-MIX's u in the last member; None before an epoch of it was recorded."""
        last = self._parts[-1]
        return last.uncertainty[:, -1].numpy() if last.recorded else None
