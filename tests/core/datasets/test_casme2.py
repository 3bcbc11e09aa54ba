"""CASME II whole: its real coding file against a tree of tiny frames made from it."""

import time
from collections import Counter
from pathlib import Path

import pytest

from mer_core.annotation import Marks
from mer_core.datasets.casme2 import CASME2
from mer_core.datasets.found import Reading
from mer_core.datasets.read import read_dataset
from mer_core.datasets.report import as_text, from_json, to_json
from mer_core.datasets.tables import read_tables
from mer_core.project import Project
from mer_core.project.importing import difference
from mer_core.project.training_set import training_set
from tests.core.datasets.trees import numbered
from tests.real_data import REAL, REASON


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up CASME II: the real coding, and for each of its rows a folder of tiny frames from before its onset to
    after its offset.
    """
    if REAL is None:
        pytest.skip(REASON)
    root = tmp_path_factory.mktemp("data") / "CASME2"
    file = REAL / "coding" / "CASME2-coding-20140508.xlsx"
    root.mkdir()
    (root / file.name).write_bytes(file.read_bytes())
    (sheet,) = read_tables(file)
    for row in sheet.rows[1:]:
        subject, clip, _, onset, _, offset = row[:6]
        assert isinstance(onset, int)
        assert isinstance(offset, int)
        folder = root / "CASME2_RAW_selected" / f"sub{subject}" / str(clip)
        numbered(folder, "img{}.jpg", max(1, onset - 3), offset + 3)
    return root


@pytest.fixture(scope="module")
def reading(real: Path) -> Reading:
    start = time.perf_counter()
    found = read_dataset(CASME2, real)
    assert time.perf_counter() - start < 10  # 255 clips: their frames' names and headers alone
    return found


def test_the_real_coding_is_read_whole(reading: Reading) -> None:
    report = reading.report
    assert (report.rows, report.expressions, report.clips, report.subjects) == (255, 255, 255, 26)
    assert report.unused == ()
    assert report.counts == report.published == {
        "others": 99, "disgust": 63, "happiness": 32, "repression": 27, "surprise": 25, "sadness": 7, "fear": 2,
    }  # fmt: skip


def test_its_quirks_are_reported(reading: Reading) -> None:
    said = {(line.row, line.clip): line.text for line in reading.report.notes if "apex" in line.text}
    assert "“/” is no frame number" in said[31, "04/EP12_01f"]
    assert "onset and apex are one frame (69)" in said[47, "05/EP09_05f"]
    clips = {clip.name: clip for clip in reading.clips}
    assert clips["sub04/EP12_01f"].expressions[0].marks.apex is None
    first = clips["sub01/EP02_01f"]
    assert (first.subject, first.fps, first.dataset) == ("sub01", 200, "casme2")
    assert first.expressions[0].marks == Marks(3, 16, 43)
    units = Counter(clip.expressions[0].action_units for clip in reading.clips)
    assert units["?"] == 5
    assert units["4+L10"] == 2


def test_it_makes_a_labelled_project_and_importing_again_changes_nothing(reading: Reading, tmp_path: Path) -> None:
    with Project.create(tmp_path / "project") as project:
        project.set_coder("anna")
        project.apply(difference(project, reading).changes(), "anna", "Import")
        assert len(project.clips()) == 255
        assert len(project.annotations(coder="CASME II")) == len(project.annotations(coder="anna")) == 255
        assert difference(project, reading).items == ()
        labels = training_set(project, "anna")
        assert labels.class_counts == {"negative": 97, "positive": 32, "surprise": 25}
        assert project.full_path(project.clips()[0]).is_dir()
        assert not Path(project.clips()[0].path).is_absolute()


def test_the_report_can_be_kept_and_read(reading: Reading) -> None:
    assert from_json(to_json(reading.report)) == reading.report
    text = as_text(reading.report)
    assert "255 rows read; 255 expressions in 255 clips (raw frames) of 26 subjects" in text
    assert "row 31, 04/EP12_01f: apex: “/” is no frame number" in text
