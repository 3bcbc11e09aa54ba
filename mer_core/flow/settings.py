"""How a flow field is measured: with the pictures, all that it depends on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from mer_core.errors import MerError

RECIPE = 1  # to be raised whenever a change to faces or flow alters the numbers: part of a feature's identity
METHODS = ("dis", "tvl1", "deepflow", "farneback")


@dataclass(frozen=True)
class FlowSettings:
    """method: one of METHODS. smoothing: sigma in crop pixels of the Gaussian laid over u and v, 0 for none.

    size: side of the square crop the flow is computed on, in pixels. remove_head_motion: whether the head's own
    shift, turn and growth are taken out. Raises MerError for a value that means nothing.

    The defaults can follow a dragged mark: on the sample's true motion (``python -m tests.bench flow``) DIS takes a few
    hundredths of the time of TV-L1 and DeepFlow. Its strain is nearly as like the truth as theirs from 1 px on; at
    0.3 px DeepFlow's is the likest, .65 against .58. More smoothing than 3 px gains DIS little.
    """

    method: str = "dis"
    smoothing: float = 3.0
    size: int = 224
    remove_head_motion: bool = True

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise MerError(f"There is no flow method '{self.method}': choose one of {', '.join(METHODS)}.")
        if not isinstance(self.smoothing, int | float) or not 0 <= self.smoothing <= 50:
            raise MerError(f"A flow smoothing of {self.smoothing} px is not possible: choose 0 to 50.")
        if not isinstance(self.size, int) or not 56 <= self.size <= 2048:
            raise MerError(f"A crop of {self.size} px is not possible: choose 56 to 2048.")

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for a model's card or a cache's key; `recipe` stands for all that is not a setting."""
        return {**asdict(self), "recipe": RECIPE}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From `to_dict`'s values; what is missing takes its default, what is unknown is refused with MerError."""
        known = {name: value for name, value in values.items() if name != "recipe"}
        unknown = set(known) - set(cls.__dataclass_fields__)
        if unknown:
            raise MerError(f"Unknown flow setting '{min(unknown)}': this version knows {', '.join(asdict(cls()))}.")
        return cls(**known)
