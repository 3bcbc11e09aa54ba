"""The settings of MR-UAMF+, with the default and the reason for it."""

from dataclasses import dataclass

from mer_core.errors import ModelError
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class PlusSettings(MethodSettings):
    """How an MR-UAMF+ model is made."""

    # The network
    hidden: int = switch(64, "units of the hidden layer", least=1)
    dropout: float = switch(0.5, "chance that a hidden unit is dropped in training", least=0)
    input_dropout: float = switch(0.2, "chance that a feature is dropped in training", least=0)
    networks: int = switch(
        3, "networks of one seed, each with its own first weights and batches; their answers are averaged", least=1
    )

    # The input
    flip: bool = switch(True, "mirror (u negated) half the clips in training, and average both in recognition")
    shift: int = switch(
        2,
        "furthest shift up or down of a clip in training, half of it sideways, in 28ths of the crop: eyes lie at 25 % "
        "of the height in some data sets and at 18 % in others",
        least=0,
    )

    # The training
    epochs: int = switch(60, "epochs", least=1)
    batch: int = switch(128, "clips a step at most; every epoch takes at least two steps", least=2)
    rate: float = switch(5e-3, "highest learning rate of the OneCycle schedule (AdamW)", least=0)
    weight_decay: float = switch(1e-2, "weight decay of AdamW", least=0)
    class_weight: float = switch(0.5, "power p of the class weights (N / (C n_c))^p; 0: none", least=0)
    label_smoothing: float = switch(0.1, "label smoothing", least=0)
    alpha: float = switch(
        0.4, "mixup: each clip's share is drawn from Beta(alpha, alpha); 0: nothing is mixed", least=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rate == 0:
            raise ModelError("The setting 'rate' must be above 0.")
        if self.dropout >= 1 or self.input_dropout >= 1 or self.label_smoothing >= 1:
            raise ModelError("The settings 'dropout', 'input_dropout' and 'label_smoothing' must be below 1.")
        if self.shift > 4:
            raise ModelError(f"The setting 'shift' is {self.shift}, but must be at most 4.")
