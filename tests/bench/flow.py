"""Flow against the sample's true motion, method by method; and the live loop in a real window.

Errors are over the face's skin, in pixels of the 224 px crop, means over the pairs; `raw` is OpenCV's bare call on the
same two crops.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from mer_core.datasets.sample.face import make_subject
from mer_core.datasets.sample.plan import plan_clip
from mer_core.datasets.sample.render import Renderer
from mer_core.faces import Alignment, align_face, find_faces
from mer_core.flow import FLOW_METHODS, FlowField, FlowSettings, measure, strain_magnitude
from mer_core.flow.methods import opencv_method
from tests.bench import live

AMPLITUDES = (0.3, 1.0, 2.0)  # pixels of the source; the crop has about 2.5 to one of them
_SUBJECTS = 3
_LABELS = ("negative", "positive", "surprise")
_COLUMNS = (
    *(("moved by", 9), ("endpoint", 10), ("strain error", 14), ("likeness", 10)),
    *(("ms", 8), ("raw", 8), ("ratio", 7)),
)
_ROUNDS = 2  # of each timed call; the best counts, so that a busy machine says the same


@dataclass(frozen=True)
class Pair:
    """An onset and an apex picture, (H, W, 3) uint8 RGB; where the face is; u, v (224, 224) of its true motion."""

    onset: np.ndarray
    apex: np.ndarray
    crops: Alignment
    u: np.ndarray
    v: np.ndarray


@dataclass(frozen=True)
class Figures:
    """Mean over pairs: endpoint error, px; strain's mean error as part of its mean; likeness; and the milliseconds."""

    endpoint: float
    strain: float
    likeness: float
    ours: float
    raw: float


def run() -> None:
    """Print a table for still and for moving heads, then the live loop's."""
    for moving in (False, True):
        print(f"\nHead {'moving' if moving else 'still'}: {_SUBJECTS * len(_LABELS)} pairs an amplitude")
        print(" " * 11 + "".join(f"{text:>{width}}" for text, width in _COLUMNS))
        for amplitude in AMPLITUDES:
            pairs = list(pairs_of(amplitude, moving=moving))
            for method in FLOW_METHODS:
                found = judge(pairs, FlowSettings(method))
                print(
                    f"{method:11}{amplitude:>6} px{found.endpoint:>10.3f}{found.strain:>14.2f}{found.likeness:>10.2f}"
                    f"{found.ours:>8.1f}{found.raw:>8.1f}{found.ours / found.raw:>6.2f}×"
                )
    live.run()


def pairs_of(amplitude: float, *, moving: bool) -> Iterator[Pair]:
    """The sample's subjects and expressions, their largest displacement made `amplitude` pixels of the source."""
    for number in range(1, _SUBJECTS + 1):
        subject = make_subject(number, 0)
        for take, label in enumerate(_LABELS, 1):
            plan = plan_clip(subject, take, label, 0)
            plan = replace(plan, clip=replace(plan.clip, amplitude=amplitude), idle=(plan.idle[0], 0.0), blink=None)
            if not moving:
                plan = replace(plan, head=np.zeros_like(plan.head))
            yield _pair(Renderer(subject, plan), plan.clip.onset, plan.clip.apex)


def _pair(renderer: Renderer, onset: int, apex: int) -> Pair:
    frames = {}
    for index, frame in enumerate(renderer.frames()):
        if index in (onset, apex):
            frames[index] = frame
        if index == apex:
            break
    crops = align_face(find_faces(frames[onset])[0])
    columns, rows = np.meshgrid(np.arange(crops.size), np.arange(crops.size))
    at = crops.to_source(np.column_stack([columns.ravel(), rows.ravel()])).astype(np.float32).reshape(*rows.shape, 2)
    truth = cv2.remap(renderer.facial_motion().transpose(1, 2, 0), at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    u, v = (truth @ crops.matrix[:, :2].T).transpose(2, 0, 1).astype(np.float32)
    return Pair(frames[onset], frames[apex], crops, np.ascontiguousarray(u), np.ascontiguousarray(v))


def judge(pairs: list[Pair], settings: FlowSettings) -> Figures:
    """How well and how fast these settings measure these pairs."""
    rows = [_judge(pair, settings) for pair in pairs]
    return Figures(*np.mean(rows, axis=0))


def _judge(pair: Pair, settings: FlowSettings) -> tuple[float, float, float, float, float]:
    start, end = pair.crops.crop(pair.onset), pair.crops.crop(pair.apex)

    def ours() -> FlowField:
        return measure(
            start,
            end,
            settings,
            pair.crops.stable,
            lambda head: pair.crops.following(head.matrix).crop(pair.apex),
            pair.crops.skin,
        )

    bare = opencv_method(settings.method)
    field, raw = ours(), _seconds(lambda: bare.calc(start, end, None))
    skin = pair.crops.skin
    assert skin is not None
    where = skin > 0.9
    true_strain = strain_magnitude(pair.u, pair.v)[where]
    endpoint = np.hypot(field.u - pair.u, field.v - pair.v)[where].mean()
    off = np.abs(field.strain[where] - true_strain).mean() / true_strain.mean()
    likeness = np.corrcoef(field.strain[where], true_strain)[0, 1]
    return float(endpoint), float(off), float(likeness), 1e3 * _seconds(ours), 1e3 * raw


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)
