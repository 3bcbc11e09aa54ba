"""STSTNet as its authors publish it: plain layers of torch, in whose layout the public checkpoints are written."""

import torch
from torch import Tensor, nn


class PlainStstNet(nn.Module):
    """As published: the names of its tensors are those of the public checkpoints."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = (nn.Conv2d(3, kernels, 3, padding=2) for kernels in (3, 5, 8))
        self.bn1, self.bn2, self.bn3 = (nn.BatchNorm2d(kernels) for kernels in (3, 5, 8))
        self.fc = nn.Linear(400, 3)

    def forward(self, picture: Tensor) -> Tensor:
        streams = ((self.conv1, self.bn1), (self.conv2, self.bn2), (self.conv3, self.bn3))
        maps = [nn.functional.max_pool2d(bn(conv(picture).relu()), 3, 3, 1) for conv, bn in streams]
        logits: Tensor = self.fc(nn.functional.avg_pool2d(torch.cat(maps, 1), 2).flatten(1))
        return logits


def trained_ststnet() -> PlainStstNet:
    """With running statistics and scales as after a training, some scales negative."""
    torch.manual_seed(3)
    network = PlainStstNet()
    for name, tensor in network.state_dict().items():
        if name.startswith("bn") and tensor.dtype == torch.float32:
            tensor.copy_(torch.rand_like(tensor) * 50 + 1 if "var" in name else torch.randn_like(tensor))
    return network.eval()
