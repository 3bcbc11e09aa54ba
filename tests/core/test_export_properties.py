"""Whatever coders write, and wherever they mark: a coding comes back from each format that is to carry it whole."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mer_core.annotation import Annotation, Marks
from mer_core.export.coding import CodedClip, Coding
from mer_core.export.csv_file import read_csv
from mer_core.export.eaf import document
from mer_core.export.eaf_reading import read_annotations
from mer_core.export.formats import export_coding, read_coding
from mer_core.project import ClipRecord

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["=1+1", "'=x", "''", '"', "\r"]
)

_XML = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)


def _marks(draw: st.DrawFn) -> Marks:
    places = draw(st.lists(st.integers(0, 99), min_size=3, max_size=3).map(sorted))
    return Marks(*(place if draw(st.booleans()) else None for place in places))


@st.composite
def clips(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> CodedClip:
    """A clip of 100 frames, said of by up to three coders."""
    fps = draw(st.sampled_from([24.0, 29.97, 30.0, 60.0, 100.0, 120.0, 200.0, 240.0]))
    said = []
    for coder in draw(st.lists(texts, max_size=3, unique=True)):
        for number in draw(st.lists(st.integers(1, 50), max_size=3, unique=True)):
            said.append(Annotation(1, number, coder, _marks(draw), draw(texts), draw(texts), draw(texts)))
    record = ClipRecord(1, "clips/EP01", draw(texts), draw(texts), fps, 100)
    times = tuple(index / fps for index in range(100))
    return CodedClip(record, Path("clips/EP01").absolute(), tuple(_sorted(said)), tuple(range(46, 146)), times)


def _sorted(said: list[Annotation]) -> list[Annotation]:
    return sorted(said, key=lambda each: (each.expression, each.coder))


@pytest.mark.parametrize("name", ["csv", "json"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clip=clips(_TEXT))
def test_tables_bring_back_every_text(name: str, clip: CodedClip, tmp_path: Path) -> None:
    out = tmp_path / f"coding.{name}"
    export_coding(Coding(tmp_path, "", (clip,)), name, out)
    (read,) = read_coding(out).clips if name == "json" else read_csv(out).clips
    assert _sorted(list(read.annotations)) == list(clip.annotations)
    assert (read.record.dataset, read.record.subject) == (clip.record.dataset, clip.record.subject)


@settings(max_examples=60, deadline=None)
@given(clip=clips(_XML))
def test_elan_brings_back_every_mark(clip: CodedClip) -> None:
    root = document(clip, "anna", Path())
    assert read_annotations(clip, root) == list(clip.annotations)
    times = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", "")) for slot in root.iter("TIME_SLOT")}
    for tier in root.iterfind("TIER"):
        last = 0
        for item in tier.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
            begin, end = times[item.get("TIME_SLOT_REF1")], times[item.get("TIME_SLOT_REF2")]
            assert last <= begin < end  # ELAN allows no overlap within a tier
            last = end
