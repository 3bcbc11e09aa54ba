"""MR-UAMF's network (Gao et al. 2025): a shallow flow stream with micro-attention, and an image stream beside it.

Backbone: STSTNet (Liong et al. 2019). Each stream is one 3×3 convolution over all channels (padding 2), ReLU, batch
norm, 3×3 max-pool, dropout; streams concatenated to 16 × 10 × 10; micro-attention; 2×2 average pool → 400 → classes.

Three streams of 3, 5 and 8 kernels side by side compute exactly what one stream of 16 computes, for nothing joins the
kernels of a stream before the concatenation. They differ only in their first weights (Glorot: the fewer kernels a
stream has, the larger), so no more should be read into that switch.

Many members (folds, or seeds of an ensemble) are one network here: every weight has the members as its first axis.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from mer_core.errors import ModelError
from mer_core.models import layers
from mer_core.models.attention import attention_shapes, micro_attention, over_crop
from mer_core.models.inputs import Inputs, flow_channels
from mer_core.models.member_network import MemberNetwork, Output, Shapes, dropout, glorot
from mer_core.models.settled import SettledStreams
from mer_core.training.settings import TrainSettings

KERNELS = 16
POOLED = 5 * 5 * KERNELS
_STREAMS = {"triple": (3, 5, 8), "single": (16,)}
_MOMENTUM = 0.1


class MrUamf(MemberNetwork):
    """K members of the network; see ``MemberNetwork``. Its settings are ``TrainSettings``."""

    def forward(
        self,
        flow: Tensor,
        image: Tensor | None,
        keep: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Output:
        """Logits and attention of every member for every clip: see ``MemberNetwork.forward``."""
        pictures = {"flow": flow}
        if self.settings.image != "none":
            if image is None:
                raise ModelError("This model reads a picture of the face beside the flow, but none was given.")
            pictures["image"] = image
        if keep is None and self._settled is not None:
            vectors, attention = self._settled(list(pictures.values()))
        else:
            seen = [self._stream(stream, picture, keep, generator) for stream, picture in pictures.items()]
            vectors, attention = torch.cat([vector for vector, _ in seen], dim=-1), seen[0][1]
        if self.settings.hidden:
            vectors = self.connect("hidden", vectors).relu()
            drop = self._dropout(vectors.shape, 1, generator)
            vectors = vectors if drop is None else vectors * drop
        return Output(self.connect("classes", vectors), attention)

    @torch.inference_mode()
    def opinion(self, flow: np.ndarray, apex: np.ndarray, onset: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (classes,) float32 and attention (28, 28) float32.

        Of flow (28, 28, 3), apex and onset faces (H, W) uint8. Means over the members, and over both mirror images if
        trained with them.
        """
        inputs = Inputs(flow[None], apex[None], self.settings, None if onset is None else onset[None])
        sides = 2 if self.settings.flip else 1
        output = self.forward(inputs.flow[:sides, 0], None if inputs.image is None else inputs.image[:sides, 0])
        assert output.attention is not None
        maps = over_crop(output.attention.mean(-1).numpy())
        attention = (maps[0] + maps[1][:, ::-1]) / 2 if self.settings.flip else maps[0]
        return output.logits.softmax(-1).mean((0, 1)).numpy(), attention

    def _stream(
        self, stream: str, picture: Tensor, keep: Tensor | None, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """One stream's feature vectors (B, K, 400) and attention (B, 10, 10, K)."""
        weight, bias = self.weights[f"{stream}.weight"], self.weights[f"{stream}.bias"]
        if self.settings.norm == "printed":
            if keep is None:
                maps = layers.convolve(picture, weight, bias).relu()
                maps = layers.max_pool(self._batch_norm(stream, maps, None, None))
            else:
                norm = self.weights[f"{stream}.scale"], self.weights[f"{stream}.shift"]
                maps, *batch = layers.convolve_normalise_pool(picture, weight, bias, *norm, keep)
                self._remember(stream, batch, keep)
            drop = self._dropout(maps.shape, 3, generator)
            maps = maps if drop is None else maps * drop
        else:
            # ReLU commutes with max-pooling, and so does batch norm where its scale is positive: what is left of the
            # difference is that the statistics are those of the pooled maps.
            maps = layers.convolve_rectify_pool(picture, weight, bias)
            maps = self._batch_norm(stream, maps, keep, self._dropout(maps.shape, 3, generator))
        if self.settings.attention == "off":
            attention, base = maps.new_ones(maps.shape[:-1]), 0.0
        else:
            maps, attention = self._attend(stream, maps)
            base = 0.0 if self.settings.literal_attention else 1.0
        pooled = layers.attend_and_pool(maps, attention, base)
        return pooled.permute(0, 3, 4, 1, 2).reshape(len(pooled), self.members, POOLED), attention

    @cached_property
    def _settled(self) -> SettledStreams | None:
        """The streams, if they learn no more; looked up once."""
        if self.settings.attention == "residual" or any(weight.requires_grad for weight in self.weights.values()):
            return None
        streams = [stream for stream in ("flow", "image") if f"{stream}.weight" in self.weights]
        return SettledStreams(streams, self.weights, self.statistics, self.settings)

    def _attend(self, stream: str, maps: Tensor) -> tuple[Tensor, Tensor]:
        """See ``micro_attention``."""
        prefix = f"{stream}.attention."
        own = {n.removeprefix(prefix): w for n, w in self.weights.items() if n.startswith(prefix)}
        return micro_attention(maps, own, self.settings.attention)

    def _batch_norm(self, stream: str, maps: Tensor, keep: Tensor | None, drop: Tensor | None) -> Tensor:
        scale, shift = self.weights[f"{stream}.scale"], self.weights[f"{stream}.shift"]
        running = self.statistics[f"{stream}.mean"], self.statistics[f"{stream}.variance"]
        if keep is None:
            return layers.normalise(maps, *running, scale, shift)
        maps, *batch = layers.normalise_by_batch(maps, scale, shift, keep, drop)
        self._remember(stream, batch, keep)
        return maps

    def _remember(self, stream: str, batch: list[Tensor], keep: Tensor) -> None:
        """Let a batch's mean and variance, each (K, c), into the running ones of members that saw a clip of it."""
        step = _MOMENTUM * (keep.sum(0) > 0)[:, None].to(keep.dtype)
        for name, new in zip(("mean", "variance"), batch, strict=True):
            self.statistics[f"{stream}.{name}"].lerp_(new, step)

    def _dropout(self, shape: Sequence[int], member_axis: int, generator: torch.Generator | None) -> Tensor | None:
        return dropout(shape, member_axis, self.settings.dropout, generator)

    @staticmethod
    def shapes(settings: TrainSettings, classes: int) -> tuple[Shapes, Shapes]:
        """Shapes of one member's weights and statistics, by name."""
        channels = {"flow": flow_channels(settings)} | ({"image": 1} if settings.image != "none" else {})
        weights: Shapes = {}
        statistics: Shapes = {}
        for stream, count in channels.items():
            weights[f"{stream}.weight"] = (KERNELS, count, 3, 3)
            for name in ("bias", "scale", "shift"):
                weights[f"{stream}.{name}"] = (KERNELS,)
            for name in ("mean", "variance"):
                statistics[f"{stream}.{name}"] = (KERNELS,)
            if settings.attention != "off":
                own = attention_shapes(settings.attention, KERNELS)
                weights |= {f"{stream}.attention.{name}": shape for name, shape in own.items()}
        width = POOLED * len(channels)
        if settings.hidden:
            weights |= {"hidden.weight": (settings.hidden, width), "hidden.bias": (settings.hidden,)}
        weights |= {"classes.weight": (classes, settings.hidden or width), "classes.bias": (classes,)}
        return weights, statistics

    @staticmethod
    def places(_settings: TrainSettings, name: str) -> int:
        """See ``MemberNetwork.places``."""
        return 30 * 30 if name in ("flow.weight", "image.weight") else 10 * 10 if "attention" in name else 1

    @staticmethod
    def initial(name: str, shape: tuple[int, ...], settings: TrainSettings, generator: torch.Generator) -> Tensor:
        """Glorot's, as in STSTNet: drawn stream by stream, for a stream's bound depends on its number of kernels."""
        if name in ("flow.weight", "image.weight"):
            parts = [(count, *shape[1:]) for count in _STREAMS[settings.streams]]
            return torch.cat([glorot(part, generator) for part in parts])
        return MemberNetwork.initial(name, shape, settings, generator)
