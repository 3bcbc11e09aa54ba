"""Measuring tasks here, or in several processes beside each other."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from mer_core.evaluation.parts import Part, Task, measure
from mer_core.features import FeatureSet
from mer_core.processes import Share, share_out

Told = Callable[[Task, float | Part | str], None]
"""(task, what): the share of it that is done, the part when it is whole, or why it cannot be (see ``share_out``)."""


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
    share_out(tasks, partial(_worker, features, divisions), jobs=jobs, told=told, name=_name, check=check)


def _name(task: Task) -> str:
    return f"'{task.entry}', seed {task.seed},"


def _worker(features: FeatureSet, divisions: dict[str, np.ndarray], _threads: int) -> Callable[[Task, Share], Part]:
    def work(task: Task, share: Share) -> Part:
        return measure(features, divisions[task.division], task, lambda done, total: share(done / max(total, 1)))

    return work
