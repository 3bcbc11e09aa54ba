"""Marks keep their order; action units are read as coding files write them."""

import pytest

from mer_core.annotation import ActionUnit, Marks, format_action_units, megc_class, parse_action_units, unknown_units
from mer_core.errors import MerError


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("4+L10", [ActionUnit(4), ActionUnit(10, "L")]),
        ("R12", [ActionUnit(12, "R")]),
        ("15A+25B", [ActionUnit(15, intensity="A"), ActionUnit(25, intensity="B")]),
        ("1 or 2", [ActionUnit(1), ActionUnit(2, alternative=True)]),
        ("4+7?", [ActionUnit(4), ActionUnit(7, doubtful=True)]),
        ("AU4(k)+7", [ActionUnit(4, static=True), ActionUnit(7)]),
        ("AU1 AU2", [ActionUnit(1), ActionUnit(2)]),
        ("AU12, 6", [ActionUnit(12), ActionUnit(6)]),
        ("?", []),
        ("", []),
    ],
)
def test_action_units_as_written(text: str, units: list[ActionUnit]) -> None:
    assert list(parse_action_units(text)) == units
    assert parse_action_units(format_action_units(tuple(units))) == tuple(units)


def test_a_unit_in_words_says_all_that_was_written() -> None:
    words = [unit.words for unit in parse_action_units("4+R2B+15?+AU6(k)+99")]
    assert words == [
        "Brow lowerer",
        "Outer brow raiser (the person's right, slight)",
        "Lip corner depressor (doubtful)",
        "Cheek raiser (held)",
        "Action unit 99",
    ]


def test_numbers_that_facs_does_not_have_are_named() -> None:
    every = "+".join(map(str, range(1, 100)))
    unknown = unknown_units(parse_action_units(every))
    assert unknown == [3, 47, 48, 49, 67, *range(75, 80), *range(86, 91), 93, 94, 95, 96, 99]
    assert unknown_units(parse_action_units("4+L99 or 3+99B")) == [99, 3]
    assert unknown_units(parse_action_units("4+L10+19+58+74")) == []


@pytest.mark.parametrize("text", ["smile", "12+", "0", "12x", "L"])
def test_what_is_no_action_unit_is_named(text: str) -> None:
    if text == "12+":  # a plus that waits for the next unit is fine while typing
        assert parse_action_units(text) == (ActionUnit(12),)
        return
    with pytest.raises(MerError, match=r"write|follows"):
        parse_action_units(text)


def test_a_mark_cannot_pass_another() -> None:
    marks = Marks(10, 20, 30)
    assert marks.moved("apex", 30).apex == 30
    with pytest.raises(MerError, match="apex cannot come after the offset"):
        marks.moved("apex", 31)
    with pytest.raises(MerError, match="onset cannot come after the apex"):
        marks.moved("apex", 9)
    assert Marks(10, None, 30).room("apex", 100) == (10, 30)
    assert Marks(None, 20, None).room("onset", 100) == (0, 20)
    assert marks.room("offset", 100) == (20, 99)


def test_measurable_needs_an_apex_later_than_its_onset() -> None:
    assert Marks(1, 2).measurable
    assert not Marks(2, 2).measurable
    assert not Marks(None, 2).measurable


def test_three_classes_of_megc() -> None:
    assert [megc_class(word) for word in ("Disgust", "happiness", "surprise", "others", "tense", "")] == [
        "negative",
        "positive",
        "surprise",
        None,
        None,
        None,
    ]
