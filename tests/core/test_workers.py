"""Processes beside each other: one that dies is said, one that is cancelled is ended, and none is left behind."""

import multiprocessing

import numpy as np
import pytest

from mer_core.errors import Cancelled, MerError
from mer_core.evaluation.parts import Part, Task
from mer_core.evaluation.workers import run_tasks
from mer_core.models.registry import method
from tests.core.toy import toy_features

FEATURES = toy_features(subjects=2, each=6)
HELD_OUT = {"full": np.arange(12)[None, :] // 6 == np.arange(2)[:, None]}
TASKS = [Task("hoof", "hoof", method("hoof").settings(), seed, "full") for seed in range(4)]


def test_a_worker_that_dies_is_said_in_a_sentence() -> None:
    def told(_task: Task, _what: float | Part | str) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(MerError, match=r"measured 'hoof', seed \d, ended unexpectedly: what was finished is kept"):
        run_tasks(TASKS, FEATURES, HELD_OUT, jobs=2, told=told)
    assert not multiprocessing.active_children()


def test_cancel_ends_all_workers() -> None:
    def told(_task: Task, _what: float | Part | str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run_tasks(TASKS, FEATURES, HELD_OUT, jobs=2, told=told)
    assert not multiprocessing.active_children()
