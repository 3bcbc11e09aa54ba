"""A clip's expressions measured: what a process does while others do the same for other clips."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mer_core.errors import NoFaceError
from mer_core.flow import FlowSettings


@dataclass(frozen=True)
class Expression:
    """What is wanted of one expression: frame indices, and the keys under which it will be found.

    key, frames_key: empty where the flow, or the frames, are there already or not wanted.
    """

    onset: int
    apex: int
    last: int
    key: str
    frames_key: str


@dataclass(frozen=True)
class ClipTask:
    """One clip and what is missing of it. The face is aligned once for all its expressions."""

    name: str
    path: Path
    fps: float
    face: str  # the text of a FaceChoice
    clip: int
    expressions: tuple[Expression, ...]
    entry: str = "clip"  # all cost about the same


@dataclass(frozen=True, eq=False)
class Measured:
    """rows: cube (28, 28, 3) float32, apex and onset (112, 112) uint8 by key. frames: (10, 112, 112) uint8 by key.

    no_face: why there are none, where no face was found and nobody chose the whole frame.
    """

    rows: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    frames: dict[str, np.ndarray]
    seconds: float
    no_face: str = ""


def measurer(settings: FlowSettings, threads: int) -> Callable[[ClipTask, Callable[[float], None]], Measured]:
    """What measures a clip in this process, with as many threads as it is given (0: as there are)."""
    if threads:
        import cv2

        cv2.setNumThreads(threads)

    def work(task: ClipTask, share: Callable[[float], None]) -> Measured:
        return _measure(task, settings, share)

    return work


def _measure(task: ClipTask, settings: FlowSettings, share: Callable[[float], None]) -> Measured:
    from mer_core.analysis import measure_clip
    from mer_core.clips import open_clip
    from mer_core.face_frames import face_frames
    from mer_core.faces import FaceChoice, align_clip

    began = time.perf_counter()
    done = Measured({}, {}, 0.0)
    with open_clip(task.path, task.fps) as clip:
        try:
            alignment = align_clip(clip, choice=FaceChoice.parse(task.face))
        except NoFaceError as error:
            return Measured({}, {}, time.perf_counter() - began, str(error))
        for number, wanted in enumerate(task.expressions):
            share((number + 0.5) / (len(task.expressions) + 0.5))
            found = measure_clip(clip.read, alignment, wanted.onset, wanted.apex, settings)
            if wanted.key:
                done.rows[wanted.key] = found.cube, found.apex, found.onset
            if wanted.frames_key:
                done.frames[wanted.frames_key] = face_frames(
                    clip.read, clip.times, found.alignment, wanted.onset, wanted.last
                )
    return Measured(done.rows, done.frames, time.perf_counter() - began)
