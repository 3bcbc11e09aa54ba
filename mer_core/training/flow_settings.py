"""The settings of the small flow networks: fast by default, each class holds what the published loop was.

Published loops take hours a comparison (STSTNet's about 140 s a fold). By default these networks go up to a far higher
rate, by OneCycle, for few epochs: another recipe, whose figures need not be those of the published one, which
``--published`` follows. All loops here shuffle; the published STSTNet's does not.
"""

from dataclasses import dataclass
from typing import ClassVar

from mer_core.models.settings import switch
from mer_core.training.settings import LearningSettings

_PUBLISHED = {"flip": False, "batch": 256, "schedule": "constant", "weight_decay": 0.0, "class_weight": 0.0}


@dataclass(frozen=True)
class StstNetSettings(LearningSettings):
    """STSTNet; published in Python."""

    PUBLISHED = {"scaling": "bytes", "epochs": 800, "rate": 5e-5} | _PUBLISHED
    # As settings of MR-UAMF, whose backbone STSTNet is
    streams: ClassVar[str] = "triple"
    attention: ClassVar[str] = "off"
    image: ClassVar[str] = "none"
    hidden: ClassVar[int] = 0
    norm: str = switch("printed", "batch norm before max-pooling, as printed, or after (faster)", "printed", "pooled")


@dataclass(frozen=True)
class OffApexNetSettings(LearningSettings):
    """OFF-ApexNet; published in TensorFlow."""

    PUBLISHED = {"scaling": "minmax", "epochs": 3000, "rate": 1e-4} | _PUBLISHED
    epochs: int = switch(20, "epochs", least=1)
    rate: float = switch(1e-3, "highest learning rate", least=0)


@dataclass(frozen=True)
class DualInceptionSettings(LearningSettings):
    """Dual-Inception. Its authors chose the epoch on other subjects of the same data set; here the last one counts."""

    PUBLISHED = _PUBLISHED | {
        **{"scaling": "minmax", "epochs": 40, "rate": 1e-4, "batch": 3, "class_weight": 1.0, "dropout": 0.0},
    }
    epochs: int = switch(10, "epochs", least=1)
    rate: float = switch(1e-3, "highest learning rate", least=0)
    dropout: float = switch(0.5, "chance that an activation is dropped in training", least=0)
