"""The settings that all methods with a support vector machine share. Importing this module is light."""

from dataclasses import dataclass

from mer_core.errors import ModelError
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class SvmSettings(MethodSettings):
    """How the machine is fitted; the seed deals subjects to inner folds, nothing else is random."""

    kernel: str = switch("linear", "the kernel, over standardised numbers: linear or rbf", "linear", "rbf")
    cost: float = switch(0.0, "cost of a slip, C; 0: chosen on inner folds of the training subjects", least=0)
    gamma: float = switch(0.0, "RBF kernel exp(-gamma |a - b|^2 / D) of D numbers; 0: chosen as the cost", least=0)
    inner: int = switch(4, "inner folds of whole subjects, for these choices and for probabilities", least=2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gamma and self.kernel != "rbf":
            raise ModelError("The setting 'gamma' is the RBF kernel's: leave it out, or set 'kernel' to rbf.")
