"""What the settings of all methods have in common: checked values, JSON and back, random seeds."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from mer_core.errors import ModelError

_MOST = 1e9
"""Beyond any number that a setting could be meant to be."""


def switch(default: Any, text: str, *choices: Any, least: float | None = None, most: float = _MOST) -> Any:
    """A field of a settings class: its default, what it does, and what it may be."""
    return field(default=default, metadata={"help": text, "choices": choices, "least": least, "most": most})


@dataclass(frozen=True)
class MethodSettings:
    """The base of every method's own settings: frozen dataclasses whose fields are made by ``switch``.

    A value is as its default (a whole number, a number, a text or a switch); the command line makes one option of each.
    """

    PUBLISHED: ClassVar[Mapping[str, Any]] = {}
    """What the method's authors trained with, where it differs from the defaults; empty: none is published."""

    seeds: int = switch(
        5,
        "trainings with different random numbers; figures are means over them, a model averages their answers",
        least=1,
        most=10_000,
    )
    seed: int = switch(0, "number of the first seed", least=0, most=2**31)

    def __post_init__(self) -> None:
        for item in fields(self):
            value, choices, least = getattr(self, item.name), item.metadata["choices"], item.metadata["least"]
            kinds = (int, float) if type(item.default) is float else (type(item.default),)
            if type(value) not in kinds:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be like {item.default!r}.")
            if type(value) is float and not math.isfinite(value):
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be a finite number.")
            if choices and value not in choices:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be one of {', '.join(choices)}.")
            if least is not None and not value >= least:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be at least {least}.")
            if isinstance(value, int | float) and value > item.metadata["most"]:
                most = item.metadata["most"]
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be at most {most:,.0f}.")

    @property
    def also_reads(self) -> tuple[str, ...]:
        """Arrays of a feature set that these settings need beyond those that the method always reads."""
        return ()

    @property
    def total_epochs(self) -> int:
        """Steps of progress of one seed: epochs of all its stages, or 1 for a method that has none."""
        return int(getattr(self, "epochs", 1))

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From ``to_dict``; an unknown name is an error, a missing one takes the default."""
        unknown = set(values) - {item.name for item in fields(cls)}
        if unknown:
            raise ModelError(
                f"The settings {', '.join(sorted(unknown))} are unknown: this model is of another version."
            )
        return replace(cls(), **values)
