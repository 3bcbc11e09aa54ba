"""A small feature set with something to learn: each class moves another part of the face."""

import numpy as np

from mer_core.features import FeatureSet


def toy_features(subjects: int = 4, each: int = 6, seed: int = 0, strength: float = 0.3) -> FeatureSet:
    """``subjects`` × ``each`` clips of three classes in turn; noise of 0.1 px and a bump of ``strength`` px."""
    random = np.random.default_rng(seed)
    count = subjects * each
    label = np.arange(count) % 3
    flow = random.normal(0, 0.1, (count, 28, 28, 3)).astype(np.float32)
    for clip, name in enumerate(label):
        flow[clip, 5 + 6 * name : 10 + 6 * name, 8:20, :2] += strength
    return FeatureSet(
        flow=flow,
        apex=random.integers(0, 255, (count, 40, 40)).astype(np.uint8),
        label=label,
        dataset=np.array(["toy"] * count),
        subject=np.array([f"s{clip // each:02d}" for clip in range(count)]),
        clip=np.array([f"c{clip:02d}" for clip in range(count)]),
        classes=("negative", "positive", "surprise"),
        attributes={"flow": {"method": "none"}},
    )
