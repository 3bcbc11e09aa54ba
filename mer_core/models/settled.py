"""The streams of MR-UAMF once they learn no more: the same answers, sooner for the few clips that are asked about.

What one clip costs is not arithmetic but calls and the order of numbers in memory. So all streams stand side by side as
if they were members, one call a layer; channels lie last, in numbers that a processor takes at a time; and what depends
on the weights alone is worked out once.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.models import layers
from mer_core.models.attention import attend_by_merged_views, merged_views
from mer_core.training.settings import TrainSettings

_AT_A_TIME = 8


class SettledStreams:
    """S streams of K members. weights, statistics: as of ``MrUamf``; its attention is parallel or off."""

    def __init__(
        self,
        streams: Sequence[str],
        weights: Mapping[str, Tensor],
        statistics: Mapping[str, Tensor],
        settings: TrainSettings,
    ) -> None:
        self._settings = settings
        self._streams = len(streams)

        def all_of(tensors: Mapping[str, Tensor], name: str) -> Tensor:
            return torch.cat([tensors[f"{stream}.{name}"] for stream in streams])  # (S·K, c)

        self._members = len(weights["classes.bias"])
        self._kernels = _side_by_side([weights[f"{stream}.weight"].flatten(0, 1) for stream in streams])
        self._bias = all_of(weights, "bias").flatten()
        known = (all_of(statistics, "mean"), all_of(statistics, "variance"))
        self._norm = layers.as_factor(*known, all_of(weights, "scale"), all_of(weights, "shift"))
        if settings.attention == "parallel":
            views = [merged_views(_below(weights, f"{stream}.attention.")) for stream in streams]
            weight, bias = (torch.cat(each) for each in zip(*views, strict=True))
            room = -bias.shape[1] % _AT_A_TIME
            self._views = functional.pad(weight, (0,) * 7 + (room,)), functional.pad(bias, (0, room))

    def __call__(self, pictures: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Vectors (B, K, S · 400), and the first stream's attention (B, 10, 10, K), of each stream's (B, C, 28, 28)."""
        joined = torch.cat(list(pictures), dim=1).contiguous(memory_format=torch.channels_last)
        packed = functional.conv2d(joined, self._kernels, self._bias, padding=2)
        sides = self._streams * self._members
        if self._settings.norm == "printed":
            packed = functional.max_pool2d(layers.pack(self._normalise(layers.unpack(packed.relu_(), sides))), 3, 3, 1)
            maps = layers.unpack(packed, sides)
        else:
            maps = self._normalise(layers.unpack(functional.max_pool2d(packed, 3, 3, 1).relu_(), sides))
        if self._settings.attention == "off":
            attention = maps.new_ones(maps.shape[:-1])
        else:
            maps, attention = attend_by_merged_views(maps, *self._views)
            share = attention[..., None]
            maps = maps * share if self._settings.literal_attention else torch.addcmul(maps, maps, share)
        pooled = functional.avg_pool2d(layers.pack(maps), 2).reshape(len(maps), self._streams, self._members, -1)
        return pooled.transpose(1, 2).flatten(2), attention[..., : self._members]

    def _normalise(self, maps: Tensor) -> Tensor:
        factor, offset = self._norm
        return torch.addcmul(offset, maps, factor)


def _side_by_side(kernels: Sequence[Tensor]) -> Tensor:
    """One convolution for all streams, each with its own input channels: (S·K·c, all channels, 3, 3), else 0."""
    channels = [kernel.shape[1] for kernel in kernels]
    before = [sum(channels[:number]) for number in range(len(channels))]
    wide = [
        functional.pad(kernel, (0, 0, 0, 0, first, sum(channels) - first - own))
        for kernel, first, own in zip(kernels, before, channels, strict=True)
    ]
    return torch.cat(wide).contiguous(memory_format=torch.channels_last)


def _below(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}
