"""Every part of the method as a switch, with the default and the reason for it."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from mer_core.errors import ModelError


def _switch(default: Any, text: str, *choices: Any, least: float | None = None) -> Any:
    return field(default=default, metadata={"help": text, "choices": choices, "least": least})


@dataclass(frozen=True)
class TrainSettings:
    """How a model is made. Names in capitals and Greek letters of the paper are spelled out where Python needs it.

    FU-MIX: ``T_s``, ``T``, ``eta``, ``c``, ``alpha``, ``sigma`` as in UMIX (Han et al. 2022, arXiv 2209.08928).
    """

    # The network (MR-UAMF: STSTNet's backbone, micro-attention, image stream)
    streams: str = _switch("triple", "flow stream: three of 3, 5 and 8 kernels, or one of 16", "triple", "single")
    attention: str = _switch(
        "parallel", "micro-attention: 1, 3, 5 in parallel, or as residual", "parallel", "residual", "off"
    )
    literal_attention: bool = _switch(False, "multiply by phi(A), as printed, in place of 1 + phi(A)")
    image: str = _switch("apex", "image stream beside the flow", "none", "apex")
    hidden: int = _switch(
        0, "units of a fully connected layer before the classes (the paper's text: 400; 0: none)", least=0
    )
    dropout: float = _switch(0.5, "chance that a pooled activation is dropped in training", least=0)
    norm: str = _switch(
        "pooled", "batch norm after max-pooling (9 times less to compute) or before, as printed", "pooled", "printed"
    )

    # The input
    scaling: str = _switch("standardise", "each clip and channel by itself", "standardise", "median", "minmax")
    half_waves: bool = _switch(False, "split u and v into positive and negative parts")
    flip: bool = _switch(True, "mirror (u negated) half the clips in training, and average both in recognition")

    # The training
    epochs: int = _switch(30, "epochs of the training proper", least=1)
    seeds: int = _switch(3, "trainings with different random numbers, averaged in the model", least=1)
    seed: int = _switch(0, "number of the first seed", least=0)
    batch: int = _switch(128, "clips a step at most; every epoch takes at least two steps", least=2)
    rate: float = _switch(5e-3, "highest learning rate of the OneCycle schedule (AdamW)", least=0)
    weight_decay: float = _switch(1e-2, "weight decay of AdamW", least=0)
    class_weight: float = _switch(0.5, "power p of the class weights (N / (C n_c))^p; 0: none", least=0)
    label_smoothing: float = _switch(0.0, "label smoothing", least=0)

    # Mixing
    mixing: str = _switch("fu-mix", "how clips are mixed in training", "fu-mix", "mixup", "none")
    T_s: int = _switch(2, "FU-MIX: first epoch of the trajectory that is recorded", least=0)
    T: int = _switch(8, "FU-MIX: epochs that are recorded", least=1)
    eta: float = _switch(3.0, "FU-MIX: weight of the uncertainty, w = eta u + c", least=0)
    c: float = _switch(1.0, "FU-MIX: weight of a clip that is never misread, w = eta u + c", least=0)
    alpha: float = _switch(0.5, "mixing share is drawn from Beta(alpha, alpha)", least=0)
    sigma: float = _switch(0.5, "chance that a batch is mixed", least=0)
    normalise_weights: bool = _switch(True, "scale FU-MIX weights to mean 1 over the training clips")

    def __post_init__(self) -> None:
        for item in fields(self):
            value, choices, least = getattr(self, item.name), item.metadata["choices"], item.metadata["least"]
            kinds = (int, float) if type(item.default) is float else (type(item.default),)
            if type(value) not in kinds:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be like {item.default!r}.")
            if choices and value not in choices:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be one of {', '.join(choices)}.")
            if least is not None and not value >= least:
                raise ModelError(f"The setting '{item.name}' is {value!r}, but must be at least {least}.")
        if self.c == 0 or self.alpha == 0 or self.rate == 0:
            raise ModelError("The settings 'c', 'alpha' and 'rate' must be above 0.")
        if self.dropout >= 1 or self.sigma > 1 or self.label_smoothing >= 1:
            raise ModelError("The settings 'dropout' and 'label_smoothing' must be below 1, and 'sigma' at most 1.")

    @property
    def total_epochs(self) -> int:
        """Epochs of the FU-MIX trajectory, if there is one, and of the training."""
        return self.epochs + (self.T_s + self.T if self.mixing == "fu-mix" else 0)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainSettings":
        """From ``to_dict``; an unknown name is an error, a missing one takes the default."""
        unknown = set(values) - {item.name for item in fields(cls)}
        if unknown:
            raise ModelError(
                f"The settings {', '.join(sorted(unknown))} are unknown: this model is of another version."
            )
        return replace(cls(), **values)


def switches() -> Iterator["Field[Any]"]:
    """The settings' fields, each with ``metadata`` help, choices and least: for a command line or a dialog."""
    yield from fields(TrainSettings)
