"""How networks learn, every choice a switch; and those of MR-UAMF, with the default and the reason for it."""

from dataclasses import dataclass

from mer_core.errors import ModelError
from mer_core.models.settings import MethodSettings, switch


@dataclass(frozen=True)
class LearningSettings(MethodSettings):
    """What every network of many members can be asked: see ``mer_core.training.members``."""

    # The input
    scaling: str = switch(
        "standardise",
        "each clip and channel by itself; bytes: min-max to 0..255, as published flow pictures are",
        *("standardise", "median", "minmax", "bytes"),
    )
    flip: bool = switch(True, "mirror half the clips in training, and average both in recognition")

    # The training
    epochs: int = switch(30, "epochs of the training proper", least=1)
    batch: int = switch(128, "clips a step at most; every epoch takes at least two steps", least=2)
    rate: float = switch(5e-3, "highest learning rate", least=0)
    schedule: str = switch("onecycle", "learning rate: up and down once, or constant", "onecycle", "constant")
    weight_decay: float = switch(1e-2, "weight decay of AdamW (0: plain Adam)", least=0)
    dropout: float = switch(0.5, "chance that an activation is dropped in training", least=0)
    class_weight: float = switch(0.5, "power p of the class weights (N / (C n_c))^p; 0: none", least=0)
    label_smoothing: float = switch(0.0, "label smoothing", least=0)

    # Mixing
    mixing: str = switch("none", "how clips are mixed in training", "mixup", "none")
    alpha: float = switch(0.5, "mixing share is drawn from Beta(alpha, alpha)", least=0)
    sigma: float = switch(0.5, "chance that a batch is mixed", least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alpha == 0 or self.rate == 0:
            raise ModelError("The settings 'alpha' and 'rate' must be above 0.")
        if self.dropout >= 1 or self.sigma > 1 or self.label_smoothing >= 1:
            raise ModelError("The settings 'dropout' and 'label_smoothing' must be below 1, and 'sigma' at most 1.")


@dataclass(frozen=True)
class TrainSettings(LearningSettings):
    """How an MR-UAMF model is made. Names in capitals and Greek letters of the paper are spelled out as Python needs.

    FU-MIX: ``T_s``, ``T``, ``eta``, ``c``, ``alpha``, ``sigma`` as in UMIX (Han et al. 2022, arXiv 2209.08928).
    """

    seeds: int = switch(
        3,
        "trainings with different random numbers; figures are means over them, a model averages their answers",
        least=1,
    )

    # The network (MR-UAMF: STSTNet's backbone, micro-attention, image stream)
    streams: str = switch("triple", "flow stream: three of 3, 5 and 8 kernels, or one of 16", "triple", "single")
    attention: str = switch(
        "parallel", "micro-attention: 1, 3, 5 in parallel, or as residual", "parallel", "residual", "off"
    )
    literal_attention: bool = switch(False, "multiply by phi(A), as printed, in place of 1 + phi(A)")
    image: str = switch(
        "apex",
        "image stream beside the flow: the apex face; or what differs in it from the onset",
        *("none", "apex", "difference"),
    )
    hidden: int = switch(
        0, "units of a fully connected layer before the classes (the paper's text: 400; 0: none)", least=0
    )
    norm: str = switch(
        "pooled", "batch norm after max-pooling (9 times less to compute) or before, as printed", "pooled", "printed"
    )

    half_waves: bool = switch(False, "split u and v into positive and negative parts")

    # Mixing
    mixing: str = switch("fu-mix", "how clips are mixed in training", "fu-mix", "mixup", "none")
    T_s: int = switch(2, "FU-MIX: first epoch of the trajectory that is recorded", least=0)
    T: int = switch(8, "FU-MIX: epochs that are recorded", least=1)
    eta: float = switch(3.0, "FU-MIX: weight of the uncertainty, w = eta u + c", least=0)
    c: float = switch(1.0, "FU-MIX: weight of a clip that is never misread, w = eta u + c", least=0)
    normalise_weights: bool = switch(True, "scale FU-MIX weights to mean 1 over the training clips")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.c == 0:
            raise ModelError("The setting 'c' must be above 0.")
        if self.half_waves and self.scaling in ("minmax", "bytes"):
            raise ModelError(
                f"The setting 'half_waves' needs values of both signs, and scaling by {self.scaling} leaves none: set "
                "'scaling' to standardise or median."
            )

    @property
    def also_reads(self) -> tuple[str, ...]:
        """The faces that the image stream is made of."""
        return {"none": (), "apex": ("apex",), "difference": ("apex", "onset")}[self.image]

    @property
    def total_epochs(self) -> int:
        """Epochs of the FU-MIX trajectory, if there is one, and of the training."""
        return self.epochs + (self.T_s + self.T if self.mixing == "fu-mix" else 0)
