"""A flow field as pictures for the eye: direction as colour, and arrows."""

import numpy as np

_HEAD = 0.35  # of an arrow's length
_HEAD_ANGLE = np.radians(28)
_LEAST = 0.15  # of the longest arrow: shorter ones would be dots


def direction_picture(
    u: np.ndarray, v: np.ndarray, largest: float, wheel: np.ndarray, neutral: np.ndarray
) -> np.ndarray:
    """Direction as hue, magnitude as its strength: (H, W, 3) uint8 RGB of (u, v), (H, W) float32 pixels each.

    wheel: (n, 3) colours from right (→) clockwise on screen, down (↓), left, up and round; neutral: (3,) the colour of
    no motion. At `largest` pixels, and beyond, the colour is the wheel's own.
    """
    angle = np.arctan2(v, u) / (2 * np.pi)  # v is positive down, so this runs clockwise on screen
    colour = wheel[np.rint(angle * len(wheel)).astype(int) % len(wheel)].astype(np.float32)
    share = np.clip(np.hypot(u, v) / largest, 0, 1)[..., None]
    return np.rint(neutral + share * (colour - neutral)).astype(np.uint8)


def wheel_picture(side: int, wheel: np.ndarray, neutral: np.ndarray) -> np.ndarray:
    """The key to `direction_picture`: (side, side, 4) uint8 RGBA, each point in the colour of the way to it."""
    x = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / (side / 2)
    u, v = np.meshgrid(x, x)
    rgb = direction_picture(u, v, 1.0, wheel, neutral)
    inside = np.clip((1 - np.hypot(u, v)) * side / 2, 0, 1)
    return np.dstack([rgb, np.rint(255 * inside).astype(np.uint8)])


def arrows(u: np.ndarray, v: np.ndarray, step: int, largest: float) -> np.ndarray:
    """Arrows at every `step`th point of (u, v), (H, W) each: (n, 2, 2) line segments, start and end as (x, y).

    A motion of `largest` pixels is drawn `step` long, whatever its true length: half a pixel would not be seen. Points
    that hardly move have none. An arrow is three segments: its shaft, from where the skin was, and two of its head.
    """
    rows, columns = np.mgrid[step // 2 : u.shape[0] : step, step // 2 : u.shape[1] : step]
    start = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float64)
    way = np.stack([u[rows, columns].ravel(), v[rows, columns].ravel()], axis=1) * (step / largest)
    long_enough = np.hypot(*way.T) > _LEAST * step
    start, way = start[long_enough], way[long_enough]
    tip = start + way
    segments = [np.stack([start, tip], axis=1)]
    for angle in (_HEAD_ANGLE, -_HEAD_ANGLE):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        segments.append(np.stack([tip, tip - _HEAD * way @ turn], axis=1))
    return np.concatenate(segments)
