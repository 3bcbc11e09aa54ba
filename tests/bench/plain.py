"""The plain way to train one fold after the other: PyTorch's own layers, loops over epochs and batches."""

import numpy as np
import torch
from torch import Tensor, nn

_WARM_UP = 0.2


class PlainMrUamf(nn.Module):
    """MR-UAMF's flow stream with micro-attention, batch norm after pooling."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.convolution = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=2), nn.ReLU(), nn.MaxPool2d(3, 3, 1), nn.BatchNorm2d(16), nn.Dropout(0.5)
        )
        self.views = nn.ModuleList([nn.Conv2d(16, 16, size, padding=size // 2) for size in (1, 3, 5)])
        self.map = nn.Conv2d(48, 1, 1)
        self.classes = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, classes))

    def forward(self, flow: Tensor) -> Tensor:
        """(B, 3, 28, 28) → (B, classes)."""
        maps = self.convolution(flow)
        views = [view(maps) for view in self.views]
        attention = self.map(torch.cat(views, dim=1)).sigmoid()
        logits: Tensor = self.classes((views[0] + views[2]) * (1 + attention))
        return logits


class PlainStstNet(nn.Sequential):
    """STSTNet, its three streams as one of 16 kernels, which computes the same."""

    def __init__(self, classes: int) -> None:
        super().__init__(
            *(nn.Conv2d(3, 16, 3, padding=2), nn.ReLU(), nn.BatchNorm2d(16), nn.MaxPool2d(3, 3, 1), nn.Dropout(0.5)),
            *(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, classes)),
        )


class PlainPlus(nn.Sequential):
    """One of MR-UAMF+'s networks, on features that are scaled already."""

    def __init__(self, classes: int) -> None:
        super().__init__(nn.Dropout(0.2), nn.Linear(245, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, classes))


def train_fold(network: nn.Module, inputs: Tensor, label: np.ndarray, held_out: np.ndarray, epochs: int) -> Tensor:
    """Train on one fold's clips and return the held-out ones' probabilities.

    inputs: (V, N, …), V versions of each clip, the mirrored ones in the second half; one is drawn each time.
    Mixup, class weights, AdamW and OneCycle as the methods have them.
    """
    rows = torch.from_numpy(np.flatnonzero(~held_out))
    target = torch.from_numpy(label)
    counts = torch.bincount(target[rows]).clamp_min(1)
    loss_of = nn.CrossEntropyLoss((len(rows) / (len(counts) * counts)).sqrt(), label_smoothing=0.1)
    steps = max(2, -(-len(label) // 128))
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=epochs * steps, pct_start=_WARM_UP)
    mixing = torch.distributions.Beta(0.4, 0.4)
    network.train()
    for _ in range(epochs):
        for batch in rows[torch.randperm(len(rows))].tensor_split(steps):
            flow = inputs[torch.randint(len(inputs), (len(batch),)), batch]
            share, partner = float(mixing.sample()), torch.randperm(len(batch))
            logits = network(share * flow + (1 - share) * flow[partner])
            loss = share * loss_of(logits, target[batch]) + (1 - share) * loss_of(logits, target[batch[partner]])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()
    tested = torch.from_numpy(np.flatnonzero(held_out))
    with torch.no_grad():
        sides = [network(inputs[side, tested]).softmax(-1) for side in (0, len(inputs) // 2)]
    return torch.stack(sides).mean(0)
