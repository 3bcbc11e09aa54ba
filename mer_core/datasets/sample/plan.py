"""What happens in each sample clip, and when."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mer_core.datasets.sample.face import Subject

# As coders of CASME II combine them. The second number is how often, within the emotion.
_RECIPES: dict[str, tuple[tuple[int, ...], ...]] = {
    "disgust": ((4, 9), (4, 7), (9, 10), (4, 9)),
    "sadness": ((15,), (4, 15)),
    "happiness": ((12,), (6, 12)),
    "surprise": ((1, 2), (1, 2, 5)),
}
_BLENDS = (1, 4, 7, 10, 12, 15, 17, 20)  # what may come with it: masking, mixed feelings, habit
_CLASSES = {"negative": ("disgust", "disgust", "sadness"), "positive": ("happiness",), "surprise": ("surprise",)}


@dataclass(frozen=True)
class SampleClip:
    """A generated clip and the truth about it.

    Attributes:
        path: relative to the sample's folder; a folder of pictures or an .mp4.
        onset, apex, offset: INDICES: last frame at rest, peak, first frame at rest again.
        label: negative, positive or surprise.
        aus: action units as coders write them: ``4+9``, ``L12`` (the person's left side alone).
        amplitude: largest displacement of the expression, pixels.
        drift: largest displacement of the frame's middle by the head's motion, pixels, over the whole clip.
        first_number: the source's number of index 0 (pictures; 0 for videos).
        blink: a blink happens, outside onset..offset.
    """

    path: Path
    subject: str
    fps: float
    frames: int
    onset: int
    apex: int
    offset: int
    emotion: str
    label: str
    aus: str
    amplitude: float
    drift: float
    first_number: int
    blink: bool


@dataclass(frozen=True)
class Plan:
    """All that is drawn by lot before a clip is rendered; frames, indices and pixels."""

    clip: SampleClip
    units: tuple[tuple[int, float, float], ...]  # number, strength on the person's right, on the left
    hold: int
    blink: tuple[int, int] | None  # first frame, frames
    idle: tuple[int, float]  # an action that stirs a little all the while: unit, pixels
    head: np.ndarray  # (frames, 4): x, y in pixels, angle in radians, scale - 1
    gain: np.ndarray  # (frames,) light
    noise_seed: int


def plan_clip(subject: Subject, number: int, label: str, seed: int) -> Plan:
    """Draw clip `number` (from 1) of a subject."""
    rng = np.random.default_rng([seed, int(subject.name[3:]), number])
    fps = subject.fps
    emotion = str(rng.choice(_CLASSES[label]))
    recipes = _RECIPES[emotion]
    units, aus = _sides(recipes[int(rng.integers(len(recipes)))], rng)
    amplitude = float(np.exp(rng.uniform(np.log(0.5), np.log(2.0))))

    hold = max(2, round(fps * rng.uniform(0.015, 0.035)))
    rise = round(fps * rng.uniform(0.08, 0.14))
    fall = round(fps * rng.uniform(0.11, 0.2))
    lead, tail = (round(fps * rng.uniform(0.07, 0.1)) + 5 for _ in range(2))
    blinks = bool(rng.random() < 0.3)
    blink_frames = round(fps * rng.uniform(0.12, 0.16)) if blinks else 0
    early = bool(rng.random() < 0.5)
    onset = lead + (blink_frames if early else 0)
    apex = onset + rise + hold
    offset = apex + hold + fall
    frames = offset + 1 + tail + (0 if early else blink_frames)
    blink = (lead // 2 if early else offset + tail // 2, blink_frames) if blinks else None

    head = _head_motion(frames, fps, subject.unrest, rng)
    idle = (int(rng.choice((17, 20, 5, 6))), float(rng.uniform(0.0, 0.3)))
    suffix = ".mp4" if subject.video else ""
    clip = SampleClip(
        path=Path("clips") / subject.name / f"EP{(number + 2) // 3:02d}_{(number - 1) % 3 + 1:02d}{suffix}",
        subject=subject.name,
        fps=float(fps),
        frames=frames,
        onset=onset,
        apex=apex,
        offset=offset,
        emotion=emotion,
        label=label,
        aus=aus,
        amplitude=round(amplitude, 3),
        drift=round(float(np.hypot(*np.ptp(head[:, :2], axis=0))), 3),
        first_number=0 if subject.video else int(rng.integers(10, 200)),
        blink=blinks,
    )
    return Plan(clip, units, hold, blink, idle, head, _light(frames, fps, rng), int(rng.integers(1 << 31)))


def _sides(units: tuple[int, ...], rng: np.random.Generator) -> tuple[tuple[tuple[int, float, float], ...], str]:
    """Strengths of each unit on either side, and the string a coder would write."""
    acting, written = [], []
    # One expression in six is one-sided; the others lean a little, as faces do.
    one_sided = rng.random() < 1 / 6
    side = "R" if rng.random() < 0.5 else "L"
    weak, strong = (0.0, 1.0) if one_sided else (float(rng.uniform(0.6, 1.0)), 1.0)
    for unit in units:
        strength = float(rng.uniform(0.7, 1.0))
        right, left = (strong, weak) if side == "R" else (weak, strong)
        acting.append((unit, strength * right, strength * left))
        written.append((unit, side if one_sided else ""))
    if rng.random() < 0.5:
        unit = int(rng.choice([unit for unit in _BLENDS if unit not in units]))
        strength = float(rng.uniform(0.5, 1.1))
        where = str(rng.choice(("", "", "R", "L")))
        acting.append((unit, 0.0 if where == "L" else strength, 0.0 if where == "R" else strength))
        written.append((unit, where))
    return tuple(acting), "+".join(f"{side}{unit}" for unit, side in sorted(written))


def _wander(frames: int, fps: float, rng: np.random.Generator) -> np.ndarray:
    """A slow course through 0, its swing about 1: two waves of 0.3 to 1.5 Hz."""
    t = np.arange(frames) / fps
    waves = [np.sin(2 * np.pi * (rng.uniform(0.3, 1.5) * t + rng.random())) for _ in range(2)]
    course = 0.7 * waves[0] + 0.3 * waves[1]
    return course - course[0]


def _head_motion(frames: int, fps: float, unrest: float, rng: np.random.Generator) -> np.ndarray:
    x, y, angle, scale = (_wander(frames, fps, rng) for _ in range(4))
    return np.stack([unrest * x, unrest * 0.7 * y, np.radians(0.2) * unrest * angle, 0.0012 * unrest * scale], 1)


def _light(frames: int, fps: float, rng: np.random.Generator) -> np.ndarray:
    """Lamps flicker at twice the mains' 50 Hz, which beats with the frame rate; and daylight comes and goes."""
    t = np.arange(frames) / fps
    mains = 2 * (50 + rng.uniform(-0.2, 0.2))
    flicker = rng.uniform(0.002, 0.015) * np.sin(2 * np.pi * (mains * t + rng.random()))
    return 1 + flicker + 0.015 * _wander(frames, fps, rng)
