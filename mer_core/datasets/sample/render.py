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
        x, y = _full_grid()
        for index in range(self._plan.clip.frames):
            to_face = cv2.invertAffineTransform(self._head(index))
            off_x, off_y = (_enlarge(2 * d) for d in self._at_rest_offset(index, to_face))
            # Pixel middles: 0 lies at 0.5 of the doubled picture.
            doubled = 2 * to_face + np.array([0, 0, 0.5])
            face_x, face_y = _move(doubled, x, y)
            frame = cv2.remap(picture, face_x + off_x, face_y + off_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
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
        to_face = cv2.invertAffineTransform(self._head(clip.onset))
        x, y = _coarse_grid()
        face_x, face_y = _move(to_face, x, y)
        off_x, off_y = self._at_rest_offset(clip.onset, to_face)
        rest_x, rest_y = face_x + off_x, face_y + off_y
        dx, dy = self._displacement(clip.apex, rest_x, rest_y)
        # Seen through the onset's head position, which also turns and scales it.
        seen_x, seen_y = _move(self._head(clip.onset), rest_x + dx, rest_y + dy)
        return np.stack([_enlarge(seen_x - x), _enlarge(seen_y - y)])

    def _head(self, index: int) -> np.ndarray:
        """(2, 3): from the face's own picture, margins included, to the frame."""
        shift_x, shift_y, angle, growth = self._plan.head[index]
        centre = (MARGIN + WIDTH / 2, MARGIN + HEIGHT * 0.75)  # heads turn about the neck
        matrix = cv2.getRotationMatrix2D(centre, float(np.degrees(angle)), float(1 + growth))
        matrix[:, 2] += (shift_x - MARGIN, shift_y - MARGIN)
        return np.asarray(matrix, np.float64)

    def _displacement(self, index: int, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of points given in the face at rest."""
        total_x, total_y = np.zeros_like(x), np.zeros_like(y)
        for field, strength in self._acting:
            if strength[index]:
                dx, dy = field(x, y)
                total_x += np.float32(strength[index]) * dx
                total_y += np.float32(strength[index]) * dy
        return total_x, total_y

    def _at_rest_offset(self, index: int, to_face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From where a point of the moved face is to where it is at rest, at every _STEP-th pixel of the frame."""
        x, y = _move(to_face, *_coarse_grid())
        dx, dy = np.zeros_like(x), np.zeros_like(y)
        for _ in range(3):  # fixed point of rest = moved - displacement(rest); gradients are far below 1
            dx, dy = self._displacement(index, x - dx, y - dy)
        return -dx, -dy


def _move(matrix: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    (a, b, c), (d, e, f) = matrix.astype(np.float32)
    return a * x + b * y + c, d * x + e * y + f


@lru_cache(maxsize=1)
def _full_grid() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return x, y


@lru_cache(maxsize=1)
def _coarse_grid() -> tuple[np.ndarray, np.ndarray]:
    """Where `_enlarge` takes its values to lie: the middles of blocks of _STEP × _STEP pixels."""
    y, x = np.mgrid[0 : HEIGHT // _STEP, 0 : WIDTH // _STEP].astype(np.float32)
    return (x + 0.5) * _STEP - 0.5, (y + 0.5) * _STEP - 0.5


def _enlarge(values: np.ndarray) -> np.ndarray:
    return cv2.resize(values, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
