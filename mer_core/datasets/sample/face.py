"""Made-up subjects: one photograph in other proportions, tones, framing and light.

The photograph is scikit-image's ``data.astronaut()``: Eileen Collins, NASA, in the public domain.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from mer_core.datasets.sample.actions import Points

WIDTH, HEIGHT = 320, 400
MARGIN = 24  # of picture around the frame, so that a drifting head shows no edge

# Measured in the photograph's pixels, picture left to right.
_PAIRS = {
    "eye": ((203.2, 101.5), (247.3, 103.7)),
    "brow_inner": ((214.0, 89.5), (237.5, 91.0)),
    "brow_mid": ((201.0, 88.5), (251.0, 90.5)),
    "brow_outer": ((190.5, 92.0), (263.0, 95.5)),
    "eye_outer": ((193.5, 101.0), (257.5, 103.5)),
    "lid_upper": ((203.0, 98.0), (247.5, 100.3)),
    "lid_lower": ((203.4, 104.3), (246.5, 106.5)),
    "cheek": ((192.0, 119.0), (257.0, 122.0)),
    "cheek_low": ((195.5, 130.0), (252.5, 132.5)),
    "nose_side": ((214.5, 113.0), (233.5, 114.0)),
    "nose_wing": ((211.5, 125.0), (236.0, 126.0)),
    "lip_upper": ((213.0, 139.0), (234.0, 140.0)),
    "mouth_corner": ((203.5, 140.5), (244.5, 142.0)),
    "chin_side": ((208.0, 157.0), (237.0, 158.5)),
}
_MIDDLE = {"forehead": (226.0, 82.0), "glabella": (225.5, 92.0), "lip_lower": (222.5, 153.0), "chin": (221.8, 164.0)}
_FACE = (225.0, 125.0)  # middle of the face
_EYES = (225.2, 102.6)


@dataclass(frozen=True)
class Subject:
    """A face at rest: picture (HEIGHT + 2 MARGIN, WIDTH + 2 MARGIN, 3) uint8 RGB and its facial points, in pixels."""

    name: str
    picture: np.ndarray
    points: Points
    fps: int
    noise: float  # standard deviation of the sensor's noise, grey levels
    unrest: float  # how much the head drifts, pixels
    video: bool  # stored as .mp4, not as pictures


def make_subject(number: int, seed: int) -> Subject:
    """Subject `number` (from 1) of the sample that `seed` makes."""
    rng = np.random.default_rng([seed, number])
    mirrored = number % 2 == 0
    warp = _Warp(rng, mirrored)
    y, x = np.mgrid[0 : HEIGHT + 2 * MARGIN, 0 : WIDTH + 2 * MARGIN].astype(np.float32)
    photo_x, photo_y = warp(x, y)
    photograph, foreground = _photograph()
    picture = cv2.remap(photograph, photo_x, photo_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    person = cv2.remap(foreground, photo_x, photo_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    picture = _tone(picture.astype(np.float32) / 255, person[..., None], rng)
    picture = _texture(picture, rng)
    return Subject(
        name=f"sub{number:02d}",
        picture=np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8),
        points=_points(warp, mirrored),
        fps=(200, 100, 120, 200, 150, 200, 100, 200)[(number - 1) % 8],
        noise=float(rng.uniform(1.0, 2.5)),
        unrest=float(rng.uniform(0.4, 2.5)),
        video=number % 4 == 3,
    )


@lru_cache(maxsize=1)
def _photograph() -> tuple[np.ndarray, np.ndarray]:
    """The picture (512, 512, 3) uint8 RGB, and where the person is in it: (512, 512) float32, 0 to 1, soft-edged."""
    from skimage import data  # slow to import, and wanted only here

    picture = np.ascontiguousarray(data.astronaut())
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    # The wall is pale and light; skin, hair and suit are coloured or dark. What they enclose is the person too.
    seen = ((hsv[..., 1] > 56) | (hsv[..., 2] < 120)).astype(np.uint8)
    for centre, radii in (
        ((228, 85), (67, 61)),
        ((222, 122), (43, 54)),
    ):  # hair and face, where the light bleaches them
        cv2.ellipse(seen, centre, radii, 0, 0, 360, 1, cv2.FILLED)
    opened = cv2.morphologyEx(seen, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    person = np.zeros(seen.shape, np.float32)
    cv2.drawContours(person, [max(outlines, key=cv2.contourArea)], -1, 1.0, cv2.FILLED)
    return picture, cv2.GaussianBlur(person, (0, 0), 1.2)


class _Warp:
    """From a subject's pixels to the photograph's: framing, then proportions."""

    def __init__(self, rng: np.random.Generator, mirrored: bool) -> None:
        scale = rng.uniform(1.78, 2.05)  # pixels for one of the photograph's
        self._sx = (-1 if mirrored else 1) / (scale * rng.uniform(0.94, 1.06))
        self._sy = 1 / scale
        self._tilt = math.radians(rng.uniform(-3, 3))
        self._eyes_x = MARGIN + WIDTH * rng.uniform(0.46, 0.54)
        self._eyes_y = MARGIN + HEIGHT * rng.uniform(0.36, 0.43)
        self._width, self._height = rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12)
        eyes, brows, mouth = rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5), rng.uniform(-2.5, 2.5)
        self._bumps = [(_PAIRS["eye"], eyes, 0.0, 13), (_PAIRS["brow_mid"], 0.0, brows, 12)]
        self._bumps.append((_PAIRS["mouth_corner"], mouth, 0.0, 13))

    def __call__(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = x - self._eyes_x, y - self._eyes_y
        cos, sin = math.cos(self._tilt), math.sin(self._tilt)
        px = _EYES[0] + self._sx * (cos * x - sin * y)
        py = _EYES[1] + self._sy * (sin * x + cos * y)
        near = np.exp(-((px - _FACE[0]) ** 2 / 45**2 + (py - _FACE[1]) ** 2 / 55**2) / 2)
        out_x = px + self._width * (px - _FACE[0]) * near
        out_y = py + self._height * (py - _FACE[1]) * near
        for pair, dx, dy, width in self._bumps:
            for (cx, cy), side in zip(pair, (-1, 1), strict=True):
                push = np.exp(-((px - cx) ** 2 + (py - cy) ** 2) / (2 * width**2))
                out_x, out_y = out_x + side * dx * push, out_y + dy * push
        return np.asarray(out_x, np.float32), np.asarray(out_y, np.float32)

    def inverse(self, photo: tuple[float, float]) -> tuple[float, float]:
        """Where a point of the photograph comes to lie."""
        x, y = np.array([self._eyes_x]), np.array([self._eyes_y])
        for _ in range(30):  # the warp is near the framing, which is near a scaling by sx, sy
            px, py = self(x, y)
            x, y = x - 0.8 * (px - photo[0]) / self._sx, y - 0.8 * (py - photo[1]) / self._sy
        return float(x[0]), float(y[0])


def _points(warp: _Warp, mirrored: bool) -> Points:
    points = {name: warp.inverse(xy) for name, xy in _MIDDLE.items()}
    for name, (left, right) in _PAIRS.items():
        # `_r` is the person's right: the picture's left, whichever way round the photograph is.
        sides = (right, left) if mirrored else (left, right)
        points[name + "_r"], points[name + "_l"] = warp.inverse(sides[0]), warp.inverse(sides[1])
    return points


def _tone(picture: np.ndarray, foreground: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Skin tone, colour cast, contrast, a light from one side, and another wall behind; picture in 0..1."""
    wall = np.float32(rng.uniform(0.45, 1.1) * rng.uniform(0.88, 1.12, 3))
    picture = np.clip(picture, 0, 1) * (foreground + (1 - foreground) * wall)
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    picture = grey[..., None] + (picture - grey[..., None]) * rng.uniform(0.35, 1.0)
    picture = np.clip(picture, 0, 1) ** rng.uniform(0.75, 1.6) * np.float32(rng.uniform(0.94, 1.06, 3))
    slope = rng.uniform(-0.25, 0.25)
    light = 1 + slope * np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    low, high = rng.uniform(0.0, 0.08), rng.uniform(0.8, 0.97)
    return low + (high - low) * np.clip(picture * light, 0, 1)


def _texture(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pores and fine shading that enlarging the photograph cannot bring back; without them skin would be glass."""
    fine, coarse = rng.standard_normal((2, *picture.shape[:2]), np.float32)
    grain = cv2.GaussianBlur(fine, (0, 0), 0.9) * 0.03 + cv2.GaussianBlur(coarse, (0, 0), 2.5) * 0.06
    return picture * (1 + grain[..., None])
