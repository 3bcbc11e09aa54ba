"""The settings of the small flow networks: fast by default, each class says what the published loop was.

Published loops take hours a comparison (STSTNet's about 140 s a fold). OneCycle up to a far higher rate gives the same
figures in a few epochs, and every published value can be given instead.
"""

from dataclasses import dataclass
from typing import ClassVar

from mer_core.models.settings import switch
from mer_core.training.settings import LearningSettings


@dataclass(frozen=True)
class StstNetSettings(LearningSettings):
    """STSTNet. As published (Python): scaling bytes, no flip, 800 epochs, batch 256, rate 5e-5, schedule constant,
    weight decay 0, class weight 0; the published loop does not shuffle, this one does."""

    # As settings of MR-UAMF, whose backbone STSTNet is
    streams: ClassVar[str] = "triple"
    attention: ClassVar[str] = "off"
    image: ClassVar[str] = "none"
    hidden: ClassVar[int] = 0
    norm: str = switch("printed", "batch norm before max-pooling, as printed, or after (faster)", "printed", "pooled")


@dataclass(frozen=True)
class OffApexNetSettings(LearningSettings):
    """OFF-ApexNet. As published: scaling minmax, no flip, 3000 epochs, batch 256, rate 1e-4, schedule constant, weight
    decay 0, class weight 0."""

    epochs: int = switch(20, "epochs", least=1)
    rate: float = switch(1e-3, "highest learning rate of AdamW", least=0)


@dataclass(frozen=True)
class DualInceptionSettings(LearningSettings):
    """Dual-Inception. As published: scaling minmax, no flip, 40 epochs, batch 3, rate 1e-4, schedule constant, weight
    decay 0, class weight 1; its epoch was chosen on other subjects of the same data set, here the last one counts."""

    epochs: int = switch(10, "epochs", least=1)
    rate: float = switch(1e-3, "highest learning rate of AdamW", least=0)
    dropout: float = switch(0.5, "chance that an activation is dropped in training (published: 0)", least=0)
