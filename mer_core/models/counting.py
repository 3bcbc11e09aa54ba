"""How large a torch module is, and what one clip costs it. Nothing is computed and no weight takes memory."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def parameter_count(create: Callable[[], nn.Module]) -> int:
    """Learnt numbers of the module that ``create`` makes."""
    with torch.device("meta"):
        return sum(weight.numel() for weight in create().parameters())


def multiply_adds(create: Callable[[], nn.Module], shape: tuple[int, ...]) -> int:
    """Multiply-adds in convolutions and fully connected layers for one input of ``shape`` (without the batch)."""
    counted = []

    def count(layer: Any, _inputs: Any, output: Tensor) -> None:
        counted.append(math.prod(output.shape[2:]) * layer.weight.numel())

    with torch.device("meta"):
        network = create().eval()
        for one in network.modules():
            if isinstance(one, nn.Conv2d | nn.Linear):
                one.register_forward_hook(count)
        network(torch.zeros(1, *shape))
    return sum(counted)
