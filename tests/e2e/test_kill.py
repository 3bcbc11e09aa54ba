"""Killed hard in the middle of coding, nothing that was shown is lost."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.project import Change, ClipRecord, Project

EDITS = 50


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_edit_shown_before_the_kill_is_there(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "project"
    frames = folder / "clips" / "EP01"
    frames.mkdir(parents=True)
    for number in range(30):
        picture = np.full((48, 64, 3), number, np.uint8)
        (frames / f"img{number}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    with Project.create(folder) as project:
        project.set_coder("anna")
        project.apply(Change(None, ClipRecord(1, "clips/EP01", "d", "s1", 200, 30)), "anna", "Add clip")

    command = [sys.executable, "-m", "tests.e2e.coding_child", str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        shown = [json.loads(child.stdout.readline()) for _ in range(EDITS)]
        child.kill()  # SIGKILL; on Windows TerminateProcess
        # What it managed to say between the last line read and its death was shown too.
        *whole, _torn = (child.stdout.read() + "\n").split("\n")
        shown += [json.loads(line) for line in whole if line.endswith("}")]

    with Project.open(folder) as project:
        kept = [json.loads(new) if new else {} for new in _history(project)]
        annotations = project.annotations(1)
    states = [_state(each) for each in kept]
    current = _state(kept[-1])
    # The edit under way at the kill may or may not have been finished; nothing shown before it is missing.
    assert states[-1] == shown[-1] or shown[-1] in states[-9:-1]
    position = 0
    for state in shown:
        position = _found_after(states, state, position)
    if annotations:
        marks = annotations[0].marks
        assert [marks.onset, marks.apex, marks.offset] == current["marks"]
        assert annotations[0].notes == current["notes"]
    else:
        assert kept[-1] == {}


def _history(project: Project) -> list[str | None]:
    return [row[0] for row in project._db.execute("SELECT new FROM history WHERE id > 1 ORDER BY id")]


def _state(record: dict) -> dict:
    marks = record.get("marks", {})
    return {
        "marks": [marks.get(name) for name in ("onset", "apex", "offset")],
        "emotion": record.get("emotion", ""),
        "action_units": record.get("action_units", ""),
        "notes": record.get("notes", ""),
    }


def _found_after(states: list[dict], state: dict, position: int) -> int:
    """Where the history holds a shown state, at or after the one before it; an empty start needs no history."""
    for index in range(position, len(states)):
        if states[index] == state:
            return index
    # Shown again without an edit (a refused mark, an undo with nothing to undo): the same as where we are.
    empty = _state({})
    before = states[position - 1] if position else empty
    assert state in (before, empty), f"shown but not kept: {state}"
    return position
