"""Damaged codings: each is read, or refused in one clear sentence, in bounded time and memory; the project stays.

A slice of the 2,000 runs by default; all of them with MER_FUZZ=all.
"""

import multiprocessing
import os
import random
import resource
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from mer_core.datasets.casme2 import CASME2
from mer_core.datasets.read import read_dataset
from mer_core.errors import MerError
from mer_core.project import Project
from mer_core.project.importing import difference
from tests.core.datasets.damage import damaged, large
from tests.core.datasets.trees import numbered

ALL = 2_000
MIXED = random.Random(1).sample(range(ALL), ALL)
SLICE = [seed for seed in MIXED if not large(seed)][:142] + [seed for seed in MIXED if large(seed)][:8]
SEEDS = MIXED if os.environ.get("MER_FUZZ") == "all" else SLICE
SECONDS = 5
MEGABYTES = 500
"""What the reading may take beyond what the process needs to begin with."""


@dataclass(frozen=True)
class Outcome:
    """What became of one coding; ``lost``: rows of which nothing was said."""

    sentence: str
    lost: int
    seconds: float
    megabytes: float


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(frames: Path, coding: Path, folder: Path) -> Outcome:
    """Read one coding, in a process of its own whose memory is the reading's alone."""
    start, sentence, lost = time.monotonic(), "", 0
    with Project.open(folder) as project:
        try:
            reading = read_dataset(CASME2, frames, coding_file=coding)
            changes = difference(project, reading).changes()
        except MerError as error:
            sentence = str(error)
        else:
            used = {each.row for clip in reading.clips for each in clip.expressions}
            lost = reading.report.rows - len(used | {line.row for line in reading.report.unused})
            assert len(changes) == len(reading.clips) + 2 * reading.report.expressions
    return Outcome(sentence, lost, time.monotonic() - start, _memory())


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fuzz") / "CASME2"
    for number in range(1, 12):
        numbered(root / "CASME2_RAW_selected" / "sub01" / f"EP{number:02}", "img{}.jpg", 1, 8)
    return root


def test_damaged_codings_are_read_or_refused_in_a_sentence(frames: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "P") as project:
        project.set_coder("anna")
    kept = (tmp_path / "P" / "project.sqlite").read_bytes()
    outcomes: dict[int, Outcome] = {}
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as child:
        at_first = child.submit(_memory).result()
        for seed in SEEDS:
            coding = damaged(tmp_path / "codings", seed)
            outcomes[seed] = child.submit(read, frames, coding, tmp_path / "P").result(timeout=60)
            shutil.rmtree(coding.parent)
    for seed, outcome in outcomes.items():
        assert outcome.lost == 0, (seed, outcome)
        if outcome.sentence:
            assert 30 < len(outcome.sentence) < 600, (seed, outcome)
            assert ":" in outcome.sentence, (seed, outcome)
            assert "Traceback" not in outcome.sentence, (seed, outcome)
    refused = sum(bool(one.sentence) for one in outcomes.values())
    slowest = max(outcomes, key=lambda seed: outcomes[seed].seconds)
    taken = max(one.megabytes for one in outcomes.values()) - at_first
    print(
        f"{len(outcomes) - refused} read, {refused} refused; the slowest took {outcomes[slowest].seconds:.2f} s "
        f"(seed {slowest}); {taken:.0f} MB more than at first"
    )
    assert outcomes[slowest].seconds < SECONDS
    assert taken < MEGABYTES
    assert len(outcomes) / 6 < refused < len(outcomes) * 5 / 6
    assert (tmp_path / "P" / "project.sqlite").read_bytes() == kept
