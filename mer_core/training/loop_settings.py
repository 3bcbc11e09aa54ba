"""The settings of the networks that learn fold by fold: few epochs by default; each class holds the published loop."""

from dataclasses import dataclass

from mer_core.errors import ModelError
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class LoopSettings(MethodSettings):
    """What ``mer_core.training.fold_loop`` can be asked."""

    seeds: int = switch(
        1,
        "trainings with different random numbers; figures are means over them, a model averages their answers",
        least=1,
    )
    epochs: int = switch(10, "epochs", least=1)
    batch: int = switch(32, "clips a step at most", least=2)
    optimiser: str = switch("adam", "Adam, or SGD with momentum 0.9", "adam", "sgd")
    rate: float = switch(1e-3, "highest learning rate", least=0)
    schedule: str = switch("onecycle", "learning rate: up and down once, or down in steps", "onecycle", "step")
    step: int = switch(50, "schedule step: epochs until the rate is lowered", least=1)
    gamma: float = switch(0.9, "schedule step: what the rate is then multiplied by", least=0)
    weight_decay: float = switch(0.0, "weight decay", least=0)
    dropout: float = switch(0.5, "chance that an activation is dropped in training", least=0)
    flip: bool = switch(True, "mirror half the clips in training, and average both in recognition")
    class_weight: float = switch(0.5, "power p of the class weights (N / (C n_c))^p; 0: none", least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rate == 0 or self.gamma == 0:
            raise ModelError("The settings 'rate' and 'gamma' must be above 0.")
        if self.dropout >= 1:
            raise ModelError("The setting 'dropout' must be below 1.")


_PUBLISHED = {"flip": False, "class_weight": 0.0}


@dataclass(frozen=True)
class MacnnSettings(LoopSettings):
    """MACNN."""

    PUBLISHED = {"epochs": 500, "batch": 64, "schedule": "step", "step": 50, "gamma": 0.9, "rate": 1e-3} | _PUBLISHED
    rate: float = switch(1e-4, "highest learning rate", least=0)


@dataclass(frozen=True)
class MicroAttentionSettings(LoopSettings):
    """Micro-Attention, as others ran it; before that, training on macro-expressions, which is left out here."""

    PUBLISHED = {
        **{"epochs": 50, "batch": 10, "optimiser": "sgd", "schedule": "step", "step": 10, "gamma": 0.1, "rate": 1e-3},
        **{"weight_decay": 5e-4},
    } | _PUBLISHED
    side: int = switch(224, "height and width of the face picture that the network reads", least=64)
    dropout: float = switch(0.0, "chance that a pooled feature is dropped in training", least=0)


@dataclass(frozen=True)
class MiniAorcnnSettings(LoopSettings):
    """Mini-AORCNN."""

    PUBLISHED = {"epochs": 200, "batch": 64, "schedule": "step", "step": 60, "gamma": 0.3, "rate": 1e-3} | _PUBLISHED
    epochs: int = switch(20, "epochs", least=1)
    rate: float = switch(3e-3, "highest learning rate", least=0)
    step: int = switch(60, "schedule step: epochs until the rate is lowered", least=1)
    gamma: float = switch(0.3, "schedule step: what the rate is then multiplied by", least=0)
