"""What holds for all action-unit strings, frame numbers and headers, not for examples alone."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from mer_core.annotation import ActionUnit, format_action_units, parse_action_units
from mer_core.datasets.cells import frame_number, text_of
from mer_core.datasets.columns import HEADINGS, find_header, match_columns, plain
from mer_core.errors import MerError

# The same examples each time, however slow the machine is, and nothing kept on disk.
settings.register_profile("settled", deadline=None, derandomize=True, database=None, max_examples=80)
settings.load_profile("settled")

units = st.builds(
    ActionUnit,
    st.integers(1, 99),
    st.sampled_from(["", "L", "R"]),
    st.sampled_from(["", *"ABCDE"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
cells = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.datetimes(),
    st.text("0123456789=/?.,-+ ", max_size=20),
)


@given(st.lists(units, max_size=8))
def test_units_are_read_as_they_were_written(written: list[ActionUnit]) -> None:
    # The first has nothing before it to be an alternative to.
    expected = tuple(
        ActionUnit(u.number, u.side, u.intensity, u.doubtful, u.alternative and place > 0, u.static)
        for place, u in enumerate(written)
    )
    assert parse_action_units(format_action_units(expected)) == expected


@given(
    st.lists(units, min_size=1, max_size=8), st.sampled_from(["+", " + ", ",", ", ", "; ", " & ", " "]), st.booleans()
)
def test_usual_ways_of_writing_mean_the_same(written: list[ActionUnit], sign: str, named: bool) -> None:
    plain_units = tuple(ActionUnit(u.number, u.side) for u in written)
    text = sign.join(f"{'AU' if named else ''}{unit}" for unit in plain_units)
    assert parse_action_units(text) == plain_units
    assert parse_action_units(text.lower()) == plain_units


@given(st.text(alphabet="0123456789LRABCDE?+orAU()k ,;&/-", max_size=25))
def test_any_text_is_read_or_refused_and_reading_is_settled(text: str) -> None:
    try:
        found = parse_action_units(text)
    except MerError:
        return
    assert parse_action_units(format_action_units(found)) == found


@given(st.integers(0, 10**10), st.sampled_from(["{}", " {} ", "{}.0", "00{}"]))
def test_a_frame_number_is_read_however_it_is_stored(number: int, form: str) -> None:
    assert frame_number(number) == (number, "")
    assert frame_number(float(number)) == (number, "")
    text = form.format(number)
    if len(text.strip().split(".")[0]) <= 12:
        assert frame_number(text) == (number, "")


@given(st.text(string.ascii_letters + "_-", max_size=8), st.integers(0, 10**9), st.sampled_from(["jpg", "BMP", "png"]))
def test_a_frames_file_name_is_its_number(before: str, number: int, kind: str) -> None:
    assert frame_number(f"{before}{number}.{kind}") == (number, "")


@given(cells)
def test_a_cell_is_a_number_nothing_or_explained(cell: object) -> None:
    number, problem = frame_number(cell)  # type: ignore[arg-type]
    assert number is None or (0 <= number <= 10**10 and not problem)
    assert len(problem) < 200
    assert "\n" not in text_of(cell)  # type: ignore[arg-type]


FIELDS = list(HEADINGS)


@given(
    st.permutations(FIELDS),
    st.integers(len(FIELDS), len(FIELDS) + 6),
    st.integers(0, 20),
    st.sampled_from(
        [str.upper, str.title, lambda text: f" {text} ", lambda text: "_".join(text), lambda text: f"{text}:"]
    ),
    st.data(),
)
def test_a_header_is_found_wherever_its_columns_stand(order, width, above, style, data) -> None:  # type: ignore[no-untyped-def]
    places = sorted(data.draw(st.permutations(range(width)))[: len(order)])
    header: list[str | None] = [None] * width
    for name, place in zip(order, places, strict=True):
        header[place] = style(data.draw(st.sampled_from(HEADINGS[name])))
    text = st.text(string.ascii_letters + " ", max_size=20).filter(lambda one: not match_columns([one]))
    rows = [*data.draw(st.lists(st.lists(text, max_size=3), min_size=above, max_size=above)), header, [1, 2, 3]]
    found = find_header(rows, ("clip", "onset", "offset"))
    assert found is not None
    assert found.row == above
    assert dict(found.columns) == dict(zip(order, places, strict=True))


@given(st.lists(st.text(max_size=15), max_size=10))
def test_no_column_serves_two_fields(texts: list[str]) -> None:
    found = match_columns(texts)
    assert len(set(found.values())) == len(found)
    assert all(plain(texts[column]) in HEADINGS[name] for name, column in found.items())
