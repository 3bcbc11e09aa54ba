"""The generated clips: reproducible, whole or absent, and with a truth that the frames bear out."""

import json
import threading
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest

from mer_core.cli import main
from mer_core.clips import open_clip
from mer_core.datasets.sample import SampleClip, make_sample
from mer_core.datasets.sample.face import make_subject
from mer_core.datasets.sample.make import _write_clip
from mer_core.datasets.sample.plan import plan_clip
from mer_core.errors import Cancelled, ClipError

Made = tuple[Path, list[SampleClip]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Three subjects, the third stored as video; three clips of each."""
    folder = tmp_path_factory.mktemp("sample") / "sample"
    return folder, make_sample(folder, subjects=3, clips_per_subject=3)


def dis_flow(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return flow.calc(before, after, np.zeros((*before.shape, 2), np.float32))


def test_clips_are_what_the_truth_says(made: Made) -> None:
    folder, clips = made
    assert len(clips) == 9
    assert {clip.path.suffix for clip in clips} == {"", ".mp4"}
    for truth in clips:
        with open_clip(folder / truth.path, None if truth.path.suffix else truth.fps) as clip:
            assert len(clip) == truth.frames
            assert clip.fps == pytest.approx(truth.fps)
            assert list(clip.numbers) == list(range(truth.first_number, truth.first_number + truth.frames))
            assert clip.times[-1] == pytest.approx((truth.frames - 1) / truth.fps)
            assert clip.read(truth.apex).shape == (400, 320, 3)


def test_marks_lie_within_and_last_as_micro_expressions_do(made: Made) -> None:
    for clip in made[1]:
        assert 0 < clip.onset < clip.apex < clip.offset < clip.frames - 1
        assert 0.15 < (clip.offset - clip.onset) / clip.fps < 0.5
        assert 0.5 <= clip.amplitude <= 2


def test_classes_are_balanced(made: Made) -> None:
    assert Counter(clip.label for clip in made[1]) == {"negative": 3, "positive": 3, "surprise": 3}
    positive = {"happiness"}
    assert all((clip.emotion in positive) == (clip.label == "positive") for clip in made[1])


def test_truth_file_lists_the_clips(made: Made) -> None:
    folder, clips = made
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert rows == [asdict(clip) | {"path": clip.path.as_posix()} for clip in clips]
    with h5py.File(folder / "truth.h5") as truth:
        assert all(clip.path.as_posix() in truth for clip in clips)


def test_true_motion_is_what_optical_flow_finds(made: Made) -> None:
    """With the head's motion taken out by the true matrix, DIS agrees with the truth to about a tenth of a pixel."""
    folder, clips = made
    face = np.s_[:, 100:330, 60:260]
    with h5py.File(folder / "truth.h5") as truth:
        for clip in clips:
            motion = truth[clip.path.as_posix()]["motion"][:].astype(np.float32)
            head = truth[clip.path.as_posix()]["head"][:]
            with open_clip(folder / clip.path) as source:
                onset, apex = (
                    cv2.GaussianBlur(cv2.cvtColor(source.read(i), cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
                    for i in (clip.onset, clip.apex)
                )
            apex = cv2.warpAffine(apex, head, apex.shape[::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
            found = cv2.GaussianBlur(dis_flow(onset, apex), (0, 0), 3.0).transpose(2, 0, 1)
            error = np.hypot(*(found - motion)[face])
            assert np.median(error) < 0.15
            assert error.mean() < 0.2
            moving = np.hypot(*motion[face]) > clip.amplitude / 2
            assert error[moving].mean() < 0.25 * clip.amplitude + 0.1
            assert np.hypot(*motion).max() == pytest.approx(clip.amplitude, rel=0.3, abs=0.3)


def test_apex_is_where_the_face_has_moved_most(made: Made) -> None:
    """The frames themselves, not only the truth: they follow the true motion most at the apex."""
    folder, clips = made
    strongest = max((c for c in clips if not c.blink), key=lambda c: c.amplitude / (0.5 + c.drift))
    with open_clip(folder / strongest.path) as clip, h5py.File(folder / "truth.h5") as truth:
        motion = truth[strongest.path.as_posix()]["motion"][:].astype(np.float32)
        onset = cv2.cvtColor(clip.read(strongest.onset), cv2.COLOR_RGB2GRAY)
        along = []
        for index in range(strongest.onset, strongest.offset + 1, 3):
            now = dis_flow(onset, cv2.cvtColor(clip.read(index), cv2.COLOR_RGB2GRAY)).transpose(2, 0, 1)
            now -= np.median(now[:, 150:300, 100:220], axis=(1, 2), keepdims=True)
            along.append(float((now * motion).sum() / (motion**2).sum()))
    found = strongest.onset + 3 * int(np.argmax(along))
    assert abs(found - strongest.apex) <= max(6, 0.03 * strongest.fps)


def test_the_same_seed_gives_the_same_frames(made: Made, tmp_path: Path) -> None:
    folder, clips = made
    again = make_sample(tmp_path / "again", subjects=1, clips_per_subject=3)
    assert again == clips[:3]
    for clip in again:
        for file in (folder / clip.path).iterdir():
            assert (tmp_path / "again" / clip.path / file.name).read_bytes() == file.read_bytes()
    subject = make_subject(3, 0)
    videos = [clip for clip in clips if clip.subject == subject.name]
    assert all(clip.path.suffix == ".mp4" for clip in videos)
    for number, video in enumerate(videos, 1):
        _write_clip(tmp_path / "video", subject, plan_clip(subject, number, video.label, 0), threading.Event())
        assert (tmp_path / "video" / video.path).read_bytes() == (folder / video.path).read_bytes()
    other = make_sample(tmp_path / "other", subjects=1, clips_per_subject=1, seed=1)
    picture = next((tmp_path / "other" / other[0].path).iterdir())
    assert all(picture.read_bytes() != file.read_bytes() for file in (folder / clips[0].path).iterdir())


def test_cancelled_leaves_nothing(tmp_path: Path) -> None:
    calls = []

    def stop(done: int, total: int, text: str) -> None:
        calls.append((done, total, text))
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_sample(tmp_path / "new" / "sample", subjects=2, clips_per_subject=3, progress=stop)
    assert calls[0][:2] == (0, 6)
    assert list((tmp_path / "new").iterdir()) == []


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    target = tmp_path / "sample"
    target.mkdir()  # empty: may be used
    make_sample(target, subjects=1, clips_per_subject=2, progress=lambda done, total, _: steps.append((done, total)))
    assert steps[0] == (0, 2)
    assert steps[-1] == (2, 2)
    assert (target / "truth.json").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["sample"]


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(ClipError, match="not empty") as raised:
        make_sample(tmp_path, subjects=1, clips_per_subject=1)
    assert str(tmp_path) in str(raised.value)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_command_makes_clips_and_project_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sample", str(tmp_path / "new"), "--subjects", "1", "--clips-per-subject", "1"]
    assert main(command) == 0
    assert (tmp_path / "new" / "clips" / "sub01" / "EP01_01").is_dir()
    assert (tmp_path / "new" / "project.sqlite").is_file()
    assert main(command) == 1
    assert "is not empty" in capsys.readouterr().err
