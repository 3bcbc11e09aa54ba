"""Training's speed: all folds at once against the plain loop, fold after fold, of the same network, epochs and batch.

The clips are made up, as many and of as many people as the two public sets have: 309 of 40, so 40 folds. What they show
does not change the speed. Both ways are timed by turns in the same run with all cores. Beside them stands what no
training can go below on this machine: the network's multiply-adds there and back, each layer at least twice, at the
speed of a large matrix product.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import nn

from mer_core.features import FeatureSet
from mer_core.memory import keep_freed_memory
from mer_core.models.inputs import Inputs
from mer_core.models.mr_uamf import MrUamf
from mer_core.models.plus import PlusNetwork
from mer_core.models.plus_inputs import PlusInputs
from mer_core.project.models import DEFAULT_MODEL
from mer_core.recognition import Recogniser
from mer_core.training.flow_settings import StstNetSettings
from mer_core.training.held_out import predict_held_out
from mer_core.training.kinds import Settings, kind_of
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.settings import LearningSettings, TrainSettings
from tests.bench.plain import PlainMrUamf, PlainPlus, PlainStstNet, train_fold

CLIPS, SUBJECTS = 309, 40
_EPOCHS = 20
_ROUNDS = 4
_PREDICTIONS = 500


def run() -> None:
    """Print the tables."""
    features = _made_up()
    held_out = np.unique(features.subject)[:, None] == features.subject[None]
    print(f"One seed, {SUBJECTS} folds, {CLIPS} clips, {_EPOCHS} epochs, batch 128, {torch.get_num_threads()} threads.")
    print(f"Medians of {_ROUNDS} rounds: all folds at once, then one fold of the loop (× {SUBJECTS}).")
    print(f"{'':32}{'at once, s':>12}{'loop, s':>10}{'ratio':>8}{'arithmetic, s':>16}")
    keep_freed_memory()
    plus = PlusSettings(epochs=_EPOCHS)
    _compare(f"mr-uamf-plus, {plus.networks} networks", features, held_out, plus, _plain_plus(features, plus))
    shallow = StstNetSettings(epochs=_EPOCHS, mixing="mixup", label_smoothing=0.1)
    _compare("ststnet", features, held_out, shallow, _plain_flow(PlainStstNet, features, shallow))
    flow = TrainSettings(epochs=_EPOCHS, image="none", mixing="mixup", label_smoothing=0.1)
    _compare("mr-uamf, flow and attention", features, held_out, flow, _plain_flow(PlainMrUamf, features, flow))
    whole = PlusSettings()
    seconds = _seconds(lambda: predict_held_out(features, held_out, whole, 0, lambda _done, _total: None))
    print(f"\nmr-uamf-plus, one seed with all its {whole.epochs} epochs, {SUBJECTS} folds: {seconds:.1f} s")
    _latency(features)
    _memory()


def _compare(
    name: str, features: FeatureSet, held_out: np.ndarray, settings: Settings, plain: Callable[[np.ndarray], object]
) -> None:
    # Both ways once before: what is loaded and compiled at the first step is no part of either.
    predict_held_out(features, held_out, replace(settings, epochs=1), 0, lambda _done, _total: None)
    plain(held_out[0])
    at_once, loop = [], []
    for fold in np.linspace(0, len(held_out) - 1, _ROUNDS).astype(int):
        at_once.append(_seconds(lambda: predict_held_out(features, held_out, settings, 0, lambda _done, _total: None)))
        loop.append(_seconds(partial(plain, held_out[fold])) * len(held_out))
    ours, theirs = statistics.median(at_once), statistics.median(loop)
    work = 2 * kind_of(settings).network.multiply_adds(settings, len(features.classes)) * CLIPS * SUBJECTS * _EPOCHS
    print(f"{name:32}{ours:>12.1f}{theirs:>10.1f}{theirs / ours:>7.1f}×{work / _products_a_second():>16.1f}")


def _products_a_second() -> float:
    """Multiply-adds a second of a large matrix product."""
    one, other = torch.randn(2, 1536, 1536)
    seconds = min(_seconds(lambda: one @ other) for _ in range(5))
    return 1536**3 / seconds


def _plain_plus(features: FeatureSet, settings: PlusSettings) -> Callable[[np.ndarray], object]:
    classes = len(features.classes)
    size = sum(weight.numel() for weight in PlainPlus(classes).parameters())
    _same_size(size * settings.networks, PlusNetwork.parameter_count(settings, classes))
    versions = PlusInputs.of(features, settings).features.flatten(0, 1)

    def train(held_out: np.ndarray) -> object:
        own = versions[:, torch.from_numpy(~held_out)]
        scaled = (versions - own.mean((0, 1))) / own.std((0, 1)).clamp_min(0.02)
        networks = [PlainPlus(classes) for _ in range(settings.networks)]
        return [train_fold(one, scaled, features.label, held_out, settings.epochs) for one in networks]

    return train


def _plain_flow(
    network: type[nn.Module], features: FeatureSet, settings: LearningSettings
) -> Callable[[np.ndarray], object]:
    classes = len(features.classes)
    size = sum(weight.numel() for weight in network(classes).parameters())
    _same_size(size, MrUamf.parameter_count(settings, classes))
    versions = Inputs.of(features, settings).flow
    return lambda held_out: train_fold(network(classes), versions, features.label, held_out, settings.epochs)


def _same_size(plain: int, ours: int) -> None:
    if plain != ours:
        raise ValueError(f"the plain network has {plain} weights, ours {ours}: they are not the same network")


def _latency(features: FeatureSet) -> None:
    """One clip's opinion and attention from its flow and pictures, with one thread, as the window's child gives it."""
    shipped = Recogniser.load(DEFAULT_MODEL)
    whole = TrainSettings()
    # Not trained: what the weights are does not change the speed.
    network = MrUamf.create(whole, len(features.classes), 1, torch.Generator().manual_seed(0)).select([0])
    ways: dict[str, Callable[[int], object]] = {
        f"the shipped model ({shipped.card['method']}, {shipped.card['settings']['seeds']} seeds)": lambda row: (
            shipped.predict(features.flow[row], features.apex[row])
        ),
        f"mr-uamf, whole ({whole.attention} attention, apex picture, 1 network)": lambda row: network.opinion(
            features.flow[row], features.apex[row], None
        ),
    }
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for name, answer in ways.items():
        milliseconds = [1e3 * _seconds(partial(answer, row % CLIPS)) for row in range(_PREDICTIONS)]
        p50, p95 = np.percentile(milliseconds[10:], (50, 95))
        print(f"One prediction of {name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms")
    torch.set_num_threads(threads)


def _memory() -> None:
    """The whole benchmark's peak, which is more than one training needs."""
    if sys.platform == "win32":
        return
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"Peak memory of this process: {peak / (2**30 if sys.platform == 'darwin' else 2**20):.2f} GB")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _made_up() -> FeatureSet:
    random = np.random.default_rng(0)
    return FeatureSet(
        flow=random.normal(size=(CLIPS, 28, 28, 3)).astype(np.float32),
        apex=random.integers(0, 255, (CLIPS, 112, 112)).astype(np.uint8),
        label=random.integers(0, 3, CLIPS),
        dataset=np.array(["made up"] * CLIPS),
        subject=np.array([f"s{clip % SUBJECTS:02d}" for clip in range(CLIPS)]),
        clip=np.array([f"c{clip:03d}" for clip in range(CLIPS)]),
        classes=("negative", "positive", "surprise"),
    )
