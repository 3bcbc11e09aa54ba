"""Frames of a planned clip, and the motion that is truly in them."""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np

from mer_core.datasets.sample.actions import Field, action_field, course
from mer_core.datasets.sample.face import HEIGHT, MARGIN, WIDTH, Subject
from mer_core.datasets.sample.plan import Plan

_STEP = 4  # fields are smooth: computed at every 4th pixel, enlarged by cubic interpolation
_BLINK = 4.5  # pixels that the upper lid comes down
_POOL = 96  # noise is cut out of a picture this much larger, elsewhere for each frame


class Renderer:
    """One clip: a face at rest, moved by its actions, then by the head, then seen by a camera."""

    def __init__(self, subject: Subject, plan: Plan) -> None:
        self._subject = subject
        self._plan = plan
        clip = plan.clip
        blink = np.zeros(clip.frames)
        if plan.blink is not None:
            first, length = plan.blink
            blink[first : first + length] = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
        still = np.sin(2 * np.pi * np.arange(clip.frames) / (0.7 * clip.fps))
        unit, stir = plan.idle
        self._acting: tuple[tuple[Field, np.ndarray], ...] = (
            (
                action_field(plan.units, subject.points, clip.amplitude),
                course(clip.frames, clip.onset, clip.apex, clip.offset, plan.hold),
            ),
            (action_field(((unit, 1, 1),), subject.points, 1.0), stir * still),
            (action_field(((45, 1, 1),), subject.points, _BLINK), blink),
        )

    def frames(self) -> Iterator[np.ndarray]:
        """(HEIGHT, WIDTH, 3) uint8 RGB, one after the other."""
        rng = np.random.default_rng(self._plan.noise_seed)
        pool = rng.standard_normal((HEIGHT + _POOL, WIDTH + _POOL, 3), np.float32)
        pool = (self._subject.noise * pool).round().astype(np.int16)
        # Twice enlarged, linear interpolation is as good as cubic, and OpenCV's steps of 1/32 pixel are half as wide.
        picture = cv2.resize(self._subject.picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        for index in range(self._plan.clip.frames):
            # Pixel middles: 0 lies at 0.5 of the doubled picture.
            rest = _enlarge(2 * self._at_rest(index) + np.float32(0.5))
            frame = cv2.remap(picture, rest, np.empty(0, np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            frame = cv2.convertScaleAbs(frame, alpha=float(self._plan.gain[index]))
            top, left = rng.integers(0, _POOL, 2)
            yield cv2.add(frame, pool[top : top + HEIGHT, left : left + WIDTH], dtype=cv2.CV_8U)

    def head_motion(self) -> np.ndarray:
        """(2, 3) float64: takes pixels of the onset frame to where the head alone carries them by the apex."""
        onset, apex = self._head(self._plan.clip.onset), self._head(self._plan.clip.apex)
        whole = np.vstack([apex, [0, 0, 1]]) @ np.linalg.inv(np.vstack([onset, [0, 0, 1]]))
        return whole[:2]

    def facial_motion(self) -> np.ndarray:
        """(2, HEIGHT, WIDTH) float32: u, v in pixels at the onset frame's pixels, onset to apex, head motion taken out.

        What is at x in the onset frame is at ``head_motion`` applied to x + (u, v) in the apex frame.
        """
        clip = self._plan.clip
        rest = self._at_rest(clip.onset)
        moved = rest + self._displacement(clip.apex, rest)
        # Seen through the onset's head position, which also turns and scales it.
        seen = _move(self._head(clip.onset), moved)
        return np.ascontiguousarray(_enlarge(seen - _coarse_grid()).transpose(2, 0, 1))

    def _head(self, index: int) -> np.ndarray:
        """(2, 3): from the face's own picture, margins included, to the frame."""
        shift_x, shift_y, angle, growth = self._plan.head[index]
        centre = (MARGIN + WIDTH / 2, MARGIN + HEIGHT * 0.75)  # heads turn about the neck
        matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(angle)), float(1 + growth))
        matrix[:, 2] += (shift_x - MARGIN, shift_y - MARGIN)
        return np.asarray(matrix, np.float64)

    def _displacement(self, index: int, points: np.ndarray) -> np.ndarray:
        """Of `points` (..., 2) of the face at rest, pixels, float32."""
        x, y = np.ascontiguousarray(points[..., 0]), np.ascontiguousarray(points[..., 1])
        total = np.zeros_like(points)
        for field, strength in self._acting:
            if strength[index]:
                total += np.float32(strength[index]) * np.stack(field(x, y), -1)
        return total

    def _at_rest(self, index: int) -> np.ndarray:
        """Where what is seen at the points of the coarse grid is in the face at rest: (h, w, 2) float32."""
        moved = _move(cv2.invertAffineTransform(self._head(index)), _coarse_grid())
        rest = moved
        for _ in range(3):  # fixed point of rest = moved - displacement(rest); gradients are far below 1
            rest = moved - self._displacement(index, rest)
        return rest


def _move(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


@lru_cache(maxsize=1)
def _coarse_grid() -> np.ndarray:
    """(h, w, 2) x, y: the middles of blocks of _STEP × _STEP pixels, two blocks beyond the frame on each side."""
    y, x = np.mgrid[-2 : HEIGHT // _STEP + 2, -2 : WIDTH // _STEP + 2].astype(np.float32)
    return (np.stack([x, y], -1) + np.float32(0.5)) * _STEP - np.float32(0.5)


def _enlarge(values: np.ndarray) -> np.ndarray:
    """From the coarse grid to every pixel of the frame; exact for what is linear."""
    height, width = values.shape[:2]
    whole = cv2.resize(values, (width * _STEP, height * _STEP), interpolation=cv2.INTER_CUBIC)
    return whole[2 * _STEP : -2 * _STEP, 2 * _STEP : -2 * _STEP]
