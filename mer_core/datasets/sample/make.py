"""The sample written to disk: clips, and the truth beside them."""

import json
import os
import shutil
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np

from mer_core.datasets.sample.face import HEIGHT, WIDTH, Subject, make_subject
from mer_core.datasets.sample.plan import Plan, SampleClip, plan_clip
from mer_core.datasets.sample.render import Renderer
from mer_core.errors import Cancelled, ClipError
from mer_core.progress import Progress, silent

_LABELS = ("negative", "positive", "surprise")


def make_sample(
    folder: Path, *, subjects: int = 8, clips_per_subject: int = 6, seed: int = 0, progress: Progress = silent
) -> list[SampleClip]:
    """Write generated clips into the new (or empty) `folder`; the same seed gives the same frames, byte for byte.

    - ``clips/sub01/EP01_01/img46.jpg``…: frames numbered as in CASME II; every fourth subject's are ``.mp4`` instead.
    - ``truth.json``: a list of the `SampleClip` s.
    - ``truth.h5``: per clip (its path) ``motion`` (2, H, W) float16, u and v from onset to apex in pixels without the
      head's motion, and ``head`` (2, 3) float64, that motion: what is at x in the onset frame is at
      ``head @ (x + u, y + v, 1)`` in the apex frame.

    All of it or nothing: built beside `folder` and renamed. Raises ClipError where `folder` holds something already;
    Cancelled raised by `progress` leaves nothing behind.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ClipError(f"{folder} exists and is not empty; choose a new folder for the sample clips.")
    if subjects < 1 or clips_per_subject < 1:
        raise ClipError("A sample needs at least one subject and one clip of each; ask for more.")
    building = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        clips = _write_clips(building, subjects, clips_per_subject, seed, progress)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return clips


def _write_clips(folder: Path, subjects: int, per_subject: int, seed: int, progress: Progress) -> list[SampleClip]:
    total = subjects * per_subject
    text = "Making sample clips"
    progress(0, total, text)
    stop = threading.Event()
    jobs: list[Future[tuple[Plan, np.ndarray, np.ndarray]]] = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        try:
            for number in range(1, subjects + 1):
                subject = make_subject(number, seed)
                for take, label in enumerate(_labels(number, per_subject, seed), 1):
                    jobs.append(pool.submit(_write_clip, folder, subject, plan_clip(subject, take, label, seed), stop))
            waiting = set(jobs)
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for job in done:
                    job.result()
                progress(total - len(waiting), total, text)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    results = [job.result() for job in jobs]
    _write_truth(folder, results)
    return [plan.clip for plan, _, _ in results]


def _labels(number: int, count: int, seed: int) -> list[str]:
    """Class of each of a subject's clips: evenly many of each class, in random order."""
    rng = np.random.default_rng([seed, number, 0])
    labels = [_LABELS[(number + k) % 3] for k in range(count)]
    return [str(label) for label in rng.permutation(labels)]


def _write_clip(
    folder: Path, subject: Subject, plan: Plan, stop: threading.Event
) -> tuple[Plan, np.ndarray, np.ndarray]:
    """Render and store one clip; its plan, true motion and head motion."""
    renderer = Renderer(subject, plan)
    path = folder / plan.clip.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if subject.video:
        _write_video(path, renderer, subject.fps, stop)
    else:
        _write_pictures(path, renderer, plan.clip.first_number, stop)
    return plan, renderer.facial_motion(), renderer.head_motion()


def _write_pictures(path: Path, renderer: Renderer, first_number: int, stop: threading.Event) -> None:
    path.mkdir()
    for number, frame in enumerate(renderer.frames(), first_number):
        if stop.is_set():
            raise Cancelled
        picture = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 95))[1]
        (path / f"img{number}.jpg").write_bytes(data.tobytes())


def _write_video(path: Path, renderer: Renderer, fps: int, stop: threading.Event) -> None:
    import av

    with av.open(str(path), "w") as container:
        # x264's macroblock tree reads memory that nobody has set: with it no two videos of one seed are the same.
        options = {"crf": "12", "preset": "veryfast", "g": "12", "bf": "2", "x264-params": "mbtree=0"}
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1  # the number of threads changes the bytes
        for frame in renderer.frames():
            if stop.is_set():
                raise Cancelled
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def _write_truth(folder: Path, results: list[tuple[Plan, np.ndarray, np.ndarray]]) -> None:
    import h5py

    rows = [asdict(plan.clip) | {"path": plan.clip.path.as_posix()} for plan, _, _ in results]
    (folder / "truth.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    with h5py.File(folder / "truth.h5", "w") as file:
        for plan, motion, head in results:
            group = file.create_group(plan.clip.path.as_posix())
            # Below a thousandth of a pixel nothing is true of noisy pictures, and zeros pack.
            motion[np.abs(motion) < 1e-3] = 0
            group.create_dataset("motion", data=motion.astype(np.float16), compression="gzip", compression_opts=1)
            group.create_dataset("head", data=head)
