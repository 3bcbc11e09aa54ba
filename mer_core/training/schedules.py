"""The learning rate's way through a training."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

WARM_UP = 0.2
_OTHER_WARM_UP = 0.25


def one_cycle(optimiser: Optimizer, rate: float, total: int) -> OneCycleLR:
    """Up to ``rate`` in the first fifth of ``total`` steps, then down (Smith and Topin 2018).

    A warm-up of exactly one step is none to PyTorch: it begins and ends at step 0, and the way through it is divided by
    its length, 0. There it is a little longer.
    """
    share = _OTHER_WARM_UP if WARM_UP * total == 1 else WARM_UP
    return OneCycleLR(optimiser, rate, total_steps=total, pct_start=share)
