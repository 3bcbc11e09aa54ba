"""Ranges of clips without loss, and figures for print."""

import shutil
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from mer_core.cli import main
from mer_core.clips import open_clip
from mer_core.errors import Cancelled, ExportError
from mer_core.export.clip_range import export_frames, export_video, range_losses
from mer_core.export.figures import DPI, Scale, Shown, caption, draw, shared_scale, write_figure
from mer_core.flow import FlowField, FlowSettings
from mer_core.flow.head_motion import still
from mer_core.project import Change, Project


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Twelve pictures of noise, of odd size, numbered from 46, with 50 and 51 missing."""
    folder = tmp_path / "EP01"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in (*range(46, 50), *range(52, 60)):
        picture = rng.integers(0, 255, (47, 63, 3), dtype=np.uint8)
        (folder / f"img{number}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return folder


def test_frames_keep_their_numbers_and_every_value(frames: Path, tmp_path: Path) -> None:
    with open_clip(frames, 200) as clip:
        export_frames(clip, 2, 6, tmp_path / "out")
        with open_clip(tmp_path / "out", 200) as out:
            assert out.numbers == (48, 49, 52, 53, 54)
            for index in range(5):
                np.testing.assert_array_equal(out.read(index), clip.read(index + 2))


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "ffv1"), (".mp4", "h264")])
def test_a_video_keeps_every_value_and_time(frames: Path, tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"out{suffix}"
    with open_clip(frames, 200) as clip:
        export_video(clip, 2, 11, path)
        with open_clip(path) as out:
            assert len(out) == 10
            np.testing.assert_allclose(out.times, clip.times[2:] - clip.times[2], atol=6e-4)  # Matroska counts in ms
            for index in range(10):
                np.testing.assert_array_equal(out.read(index), clip.read(index + 2))
        lost = range_losses(clip, 2, 11, video=True)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == codec
        said = {name.lower(): text for name, text in container.metadata.items()}
        assert said["comment"] == "MER Studio: EP01, frames 48 to 59, recorded at 200 fps"
    assert "its frame 0 is frame 48" in lost[0]
    assert "lacks" in lost[1]


def test_a_video_is_cut_as_it_is(small_sample: Path, tmp_path: Path) -> None:
    source = small_sample / "clips" / "sub03" / "EP01_02.mp4"
    with open_clip(source) as clip:
        export_video(clip, 10, 20, tmp_path / "cut.mkv")
        with open_clip(tmp_path / "cut.mkv") as out:
            assert out.fps == pytest.approx(clip.fps, rel=0.02)
            for index in (0, 10):
                np.testing.assert_array_equal(out.read(index), clip.read(index + 10))


def test_what_cannot_be_written_is_said_and_leaves_nothing(frames: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    def cancel(*about: object) -> None:
        if about[0] == 2:
            raise Cancelled

    with open_clip(frames, 200) as clip:
        with pytest.raises(ExportError, match="lies in the clip"):
            export_frames(clip, 0, 3, frames / "cut")
        with pytest.raises(ExportError, match="lies in the clip"):
            export_video(clip, 0, 3, frames / "cut.mkv")
        with pytest.raises(ExportError, match="no range of EP01"):
            export_frames(clip, 5, 3, tmp_path / "out")
        with pytest.raises(ExportError, match=r"end in \.mkv or \.mp4"):
            export_video(clip, 0, 3, tmp_path / "cut.avi")
        for export, name in ((export_frames, "out"), (export_video, "out.mkv")):
            with pytest.raises(Cancelled):
                export(clip, 0, 9, tmp_path / name, cancel)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture(scope="module")
def field() -> FlowField:
    rows, columns = np.mgrid[-1:1:224j, -1:1:224j].astype(np.float32)
    return FlowField(rows, 2 * columns, np.hypot(rows, columns) / 20, still(224, 224))


def test_u_and_v_share_one_scale_about_zero(field: FlowField) -> None:
    scale = shared_scale([field, replace(field, v=3 * field.v)])
    assert scale.motion == pytest.approx(6, rel=0.01)
    text = caption("sub01/EP01", (46, 59), 65, FlowSettings("tvl1"))
    face = np.full((224, 224), 120, np.uint8)
    figure = draw(Shown(field, text, (face, face), np.eye(28, dtype=np.float32)), scale)
    shown = {axes.get_title(): axes.get_images() for axes in figure.axes if axes.get_title()}
    assert list(shown) == ["onset", "apex", "u (px)", "v (px)", "strain", "attention"]
    assert shown["u (px)"][0].get_clim() == shown["v (px)"][0].get_clim() == (-scale.motion, scale.motion)
    assert shown["strain"][0].get_clim() == (0, scale.strain)
    assert len(figure.axes) - len(shown) == 3  # a bar for u and v together, for strain, for attention
    said = figure.get_supxlabel().replace("\n", " ")
    for word in ("sub01/EP01, frame 46 to 59 (65 ms)", "TV-L1", "σ = 3 px", "head motion removed"):
        assert word in said


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_figures_are_of_print_quality(field: FlowField, tmp_path: Path, suffix: str) -> None:
    shown = Shown(field, caption("EP01", (1, 9), None, FlowSettings()))
    for name in ("one", "two"):
        write_figure(shown, tmp_path / f"{name}{suffix}", Scale(1, 0.05))
    content = (tmp_path / f"one{suffix}").read_bytes()
    assert content == (tmp_path / f"two{suffix}").read_bytes()
    if suffix == ".png":
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert abs(picture.shape[1] - 3 * 2.2 * DPI) < 2
    elif suffix == ".svg":
        assert "Optical flow: DIS" in content.decode()  # text is text: it can be searched and edited
    with pytest.raises(ExportError, match=r"end in \.png"):
        write_figure(shown, tmp_path / "one.bmp")


def test_commands(small_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "project"
    shutil.copytree(small_sample, folder)
    with Project.open(folder) as project:
        others = [each for each in project.annotations() if each.clip not in (3, 8)]
        project.apply([Change(each, None) for each in others], "test", "Leave few")
        clip, (said,) = project.clip(3), project.annotations(3)
    export = ["export", str(folder)]
    assert main([*export, str(tmp_path / "cut"), "--format", "frames", "--clip", clip.path]) == 0
    onset, offset = said.marks.onset, said.marks.offset
    assert onset is not None
    assert offset is not None
    assert f"{offset - onset + 1} frames of EP01_03 are in" in capsys.readouterr().out
    with open_clip(folder / clip.path) as source, open_clip(tmp_path / "cut") as cut:
        assert cut.numbers == source.numbers[onset : offset + 1]
        ends = [str(source.numbers[5]), str(source.numbers[7])]
    options = ["--format", "video", "--clip", clip.path, "--from", ends[0], "--to", ends[1]]
    assert main([*export, str(tmp_path / "cut.mkv"), *options, "--dry-run"]) == 0
    assert f"its frame 0 is frame {ends[0]}" in capsys.readouterr().out
    assert main([*export, str(tmp_path / "cut.mkv"), *options]) == 0
    with open_clip(tmp_path / "cut.mkv") as cut:
        assert len(cut) == 3
    assert main([*export, str(tmp_path / "cut.avi"), *options]) == 1
    assert main([*export, str(tmp_path / "other"), "--format", "frames", "--clip", "EP01_03"]) == 1
    assert "3 clips “EP01_03”" in capsys.readouterr().err
    assert main([*export, str(tmp_path / "figures"), "--format", "figures", "--image", "svg", "--no-faces"]) == 0
    assert sorted(item.name for item in (tmp_path / "figures").iterdir()) == [
        "sub01_EP01_03_1.svg",
        "sub03_EP01_02.mp4_1.svg",
    ]
    one = ["--format", "figures", "--clip", clip.path, "--attention"]
    assert main([*export, str(tmp_path / "one.png"), *one]) == 0
    assert main([*export, str(tmp_path / "two.png"), "--format", "figures"]) == 1
    assert "2 figures do not fit two.png" in capsys.readouterr().err
