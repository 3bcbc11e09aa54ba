"""How long the descriptors take for a clip of 100 frames of 280 × 340: each must stay under a second."""

import time
from collections.abc import Callable

import cv2
import numpy as np

from mer_core.descriptors import hog3d, hoof, lbp_top, pair_flows

_LIMIT = 1.0
_ROUNDS = 5


def run() -> None:
    """Print the best of five rounds each, in seconds of one core, so that a busy machine says the same."""
    clip = _clip()
    cv2.setNumThreads(1)
    for name, describe in (
        ("LBP-TOP", lbp_top),
        ("3DHOG", hog3d),
        ("HOOF, its flow included", lambda clip: hoof(pair_flows(clip), parts=2)),
    ):
        seconds = min(_seconds(describe, clip) for _ in range(_ROUNDS))
        verdict = "ok" if seconds < _LIMIT else f"TOO SLOW, more than {_LIMIT:.0f} s"
        print(f"{name:25} {seconds:6.2f} s   {verdict}")


def _seconds(describe: Callable[[np.ndarray], np.ndarray], clip: np.ndarray) -> float:
    began = time.process_time()
    describe(clip)
    return time.process_time() - began


def _clip() -> np.ndarray:
    """(100, 280, 340) uint8: a patterned picture that sways, with sensor noise."""
    random = np.random.default_rng(0)
    picture = cv2.GaussianBlur(random.integers(0, 255, (300, 360), dtype=np.uint8), (0, 0), 3)
    picture = cv2.equalizeHist(picture)
    frames = []
    for t in range(100):
        shift = np.array([[1, 0, -10 + 2 * np.sin(t / 10)], [0, 1, -10 + np.cos(t / 13)]])
        frame = cv2.warpAffine(picture, shift, (340, 280)) + random.normal(0, 2, (280, 340))
        frames.append(np.clip(np.rint(frame), 0, 255).astype(np.uint8))
    return np.stack(frames)
