"""Killed hard in the middle, a benchmark goes on where it was and ends with the same tables."""

import json
import subprocess
import sys
from pathlib import Path

from mer_core.cli import main
from mer_core.features import write_features
from tests.core.toy import toy_features

TABLES = ("results.csv", "comparisons.csv", "predictions.csv", "table.tex")


def test_same_tables_after_a_kill_and_in_parallel(tmp_path: Path) -> None:
    data = tmp_path / "toy.h5"
    write_features(data, toy_features(subjects=3, each=6))
    given = ["benchmark", str(data), "--methods", "hoof", "--seeds", "10"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-m", "mer_core", *given, "--out", str(killed), "--json-lines"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as child:
        assert child.stdout is not None
        # Two are finished when the third is under way.
        while "seed 2 " not in json.loads(child.stdout.readline())["text"]:
            pass
        child.kill()  # SIGKILL; on Windows TerminateProcess
        child.stdout.read()
    kept = {path.name: path.stat().st_mtime_ns for path in (killed / "parts").glob("hoof*")}
    assert 2 <= len(kept) < 20
    assert not (killed / "report.html").exists()

    assert main([*given, "--out", str(killed), "--jobs", "2"]) == 0
    assert {path.name: path.stat().st_mtime_ns for path in (killed / "parts").glob("hoof*")}.items() >= kept.items()
    assert main([*given, "--out", str(whole)]) == 0
    for name in TABLES:
        assert (killed / name).read_text() == (whole / name).read_text(), name
    assert (killed / "report.html").exists()
