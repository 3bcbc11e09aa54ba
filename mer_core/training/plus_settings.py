"""The settings of MR-UAMF+, with the default and the reason for it.

What keeps a network from learning its clips by heart (dropout, smoothing, mixing, class weights) could be tuned, but
300 clips cannot tell which dose is best, and what seems best flatters itself. So no dose is tuned: each network draws
its own, from none to the usual one, and the networks answer together (Wenzel et al. 2020, arXiv 2006.13570). The usual
ones are those of the papers that proposed them, and for class weights full balance.
"""

from dataclasses import dataclass

from mer_core.errors import ModelError
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class PlusSettings(MethodSettings):
    """How an MR-UAMF+ model is made."""

    # The network
    hidden: int = switch(64, "units of the hidden layer", least=1)
    networks: int = switch(
        8, "networks of one seed, each with its own first weights and batches; their answers are averaged", least=1
    )

    # What each network draws for itself
    vary: bool = switch(
        True,
        "each network draws its own dropout, input_dropout, label_smoothing, alpha and class_weight, from 0 to what is "
        "set; off: all have what is set",
    )
    dropout: float = switch(
        0.5, "chance that a hidden unit is dropped in training (Srivastava et al. 2014: .5)", least=0
    )
    input_dropout: float = switch(
        0.2, "chance that a feature is dropped in training (Srivastava et al. 2014: .2)", least=0
    )
    label_smoothing: float = switch(0.1, "label smoothing (Szegedy et al. 2016: .1)", least=0)
    alpha: float = switch(
        1.0,
        "mixup: each clip's share is drawn from Beta(alpha, alpha) (Zhang et al. 2018: .1 to 1); 0: nothing is mixed",
        least=0,
    )
    class_weight: float = switch(
        1.0, "power p of the class weights (N / (C n_c))^p: 0 none, 1 as if all classes were as frequent", least=0
    )

    # The input
    shift: int = switch(
        2,
        "furthest shift up or down of a clip in training, half of it sideways, in 28ths of the crop: eyes lie at 25 % "
        "of the height in some data sets and at 18 % in others, two 28ths apart",
        least=0,
    )
    flip: bool = switch(True, "mirror half the clips in training, and average both in recognition")

    # The training
    epochs: int = switch(60, "epochs", least=1)
    batch: int = switch(128, "clips a step at most; every epoch takes at least two steps", least=2)
    rate: float = switch(5e-3, "highest learning rate", least=0)
    weight_decay: float = switch(1e-2, "weight decay of AdamW", least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rate == 0:
            raise ModelError("The setting 'rate' must be above 0.")
        if self.dropout >= 1 or self.input_dropout >= 1 or self.label_smoothing >= 1:
            raise ModelError("The settings 'dropout', 'input_dropout' and 'label_smoothing' must be below 1.")
        if self.shift > 4:
            raise ModelError(f"The setting 'shift' is {self.shift}, but must be at most 4.")
