"""Processes beside each other: one that dies is said, one that is cancelled is ended, and none is left behind."""

import multiprocessing
from collections.abc import Callable

import numpy as np
import pytest

from mer_core.errors import Cancelled, MerError
from mer_core.evaluation.parts import Part, Task
from mer_core.evaluation.workers import run_tasks
from mer_core.models.registry import method
from mer_core.processes import Share, Unforeseen, share_out
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


def _defective(_threads: int) -> Callable[[int, Share], int]:
    def work(task: int, share: Share) -> int:
        share(0.5)
        return 10 // task

    return work


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_defect_of_one_task_is_told_and_loses_no_other(jobs: int, capfd: pytest.CaptureFixture[str]) -> None:
    results: dict[int, int | str] = {}

    def told(task: int, what: float | str) -> None:
        if not isinstance(what, float):
            results[task] = what

    share_out([5, 0, 2], _defective, jobs=jobs, told=told, name=str)
    assert results == {5: 2, 0: "error: ZeroDivisionError: integer division or modulo by zero", 2: 5}
    assert isinstance(results[0], Unforeseen)
    assert "Traceback" in capfd.readouterr().err
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("error", [Cancelled(), MerError("The disk is full."), RuntimeError("the listener's own")])
def test_what_the_listener_raises_is_not_taken_for_the_works_own(error: Exception) -> None:
    def told(_task: int, what: object) -> None:
        if what == 0.5:
            raise error

    with pytest.raises(type(error)):
        share_out([5, 2], _defective, jobs=1, told=told, name=str)
