"""Folders of pictures: order, numbers, depths, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.clips import open_clip
from mer_core.errors import ClipError


def write_picture(path: Path, picture: np.ndarray) -> None:
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())


def grey(value: int, size: tuple[int, int] = (6, 8)) -> np.ndarray:
    return np.full(size, value, np.uint8)


def test_order_is_by_the_last_number_in_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "Gesicht größer 顔"
    folder.mkdir()
    for number in (113, 9, 46, 100):
        write_picture(folder / f"reg_EP01_5-{number}.png", grey(number))
    write_picture(folder / ".hidden1.png", grey(1))
    (folder / "notes7.txt").write_text("no picture")
    with open_clip(folder) as clip:
        assert clip.numbers == (9, 46, 100, 113)
        assert [int(clip.read(i)[0, 0, 0]) for i in (3, 0, 2, 1)] == [113, 9, 100, 46]
        assert clip.index_of(100) == 2
        assert (clip.fps, clip.fps_known) == (100, False)
        with pytest.raises(ClipError, match="no frame 10: its frames are numbered 9 to 113"):
            clip.index_of(10)
    with open_clip(folder, fps=200) as clip:
        assert (clip.fps, clip.fps_known) == (200, True)
        assert clip.times == pytest.approx([0, 37 / 200, 91 / 200, 104 / 200])


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".bmp", ".tif", ".tiff"])
def test_kinds_are_read_as_rgb(suffix: str, tmp_path: Path) -> None:
    write_picture(tmp_path / f"img1{suffix}", np.full((16, 16, 3), (200, 100, 50), np.uint8))  # OpenCV writes BGR
    picture = open_clip(tmp_path).read(0)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert np.abs(picture[8, 8].astype(int) - (50, 100, 200)).max() <= 3


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_is_scaled_alike_in_every_frame(suffix: str, tmp_path: Path) -> None:
    for number, value in enumerate((0, 100, 255)):
        write_picture(tmp_path / f"f{number}{suffix}", np.full((4, 4), value * 257, np.uint16))
    clip = open_clip(tmp_path)
    assert [clip.read(i)[0, 0].tolist() for i in range(3)] == [[0] * 3, [100] * 3, [255] * 3]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
@pytest.mark.parametrize("folder_name", ["Gesicht größer", "顔 表情", "visage éàü"])
def test_grey_pictures_in_folders_of_any_script(suffix: str, folder_name: str, tmp_path: Path) -> None:
    folder = tmp_path / folder_name
    folder.mkdir()
    for number in (3, 1, 2):
        write_picture(folder / f"кадр{number}{suffix}", grey(60 * number, (16, 16)))
    with open_clip(folder) as clip:
        assert clip.numbers == (1, 2, 3)
        for index in (2, 0, 1):
            picture = clip.read(index)
            assert picture.shape == (16, 16, 3)
            assert np.abs(picture.astype(int) - 60 * (index + 1)).max() <= 2


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_colour(suffix: str, tmp_path: Path) -> None:
    write_picture(tmp_path / f"f1{suffix}", np.full((4, 4, 3), (200 * 257, 100 * 257, 50 * 257), np.uint16))
    assert open_clip(tmp_path).read(0)[0, 0].tolist() == [50, 100, 200]


def test_gaps_are_told(tmp_path: Path) -> None:
    for number in (5, 6, 9, 10, 12):
        write_picture(tmp_path / f"img{number}.png", grey(number))
    with open_clip(tmp_path) as clip:
        assert clip.gaps() == [(7, 8), (11, 11)]
        assert clip.times == pytest.approx([0, 0.01, 0.04, 0.05, 0.07])


def test_a_number_that_repeats_is_not_the_frame_number(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        write_picture(tmp_path / f"f{number}_640x480.png", grey(number))
    assert open_clip(tmp_path).numbers == (1, 2, 10)


def test_names_without_numbers_keep_their_order(tmp_path: Path) -> None:
    for value, name in enumerate("abc"):
        write_picture(tmp_path / f"{name}.png", grey(value))
    clip = open_clip(tmp_path)
    assert clip.numbers == (0, 1, 2)
    assert clip.read(2)[0, 0, 0] == 2


def test_frames_of_another_size_are_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "img1.png", grey(1))
    write_picture(tmp_path / "img2.png", grey(2, (5, 8)))
    with open_clip(tmp_path) as clip, pytest.raises(ClipError, match=r"img2\.png is 8×5 pixels"):
        clip.read(1)


def test_two_pictures_of_one_number_are_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "img1.png", grey(1))
    write_picture(tmp_path / "img1.jpg", grey(2))
    with pytest.raises(ClipError, match=r"img1\.jpg and img1\.png .* are both frame 1"):
        open_clip(tmp_path)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_damaged_frame_is_refused(suffix: str, share: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    for number in (1, 2):
        write_picture(tmp_path / f"img{number}{suffix}", noise)
    bad = tmp_path / f"img2{suffix}"
    bad.write_bytes(bad.read_bytes()[: int(share * bad.stat().st_size)])
    with open_clip(tmp_path) as clip, pytest.raises(ClipError, match=r"img2.* is damaged"):
        clip.read(1)


def test_nothing_to_open(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(ClipError, match=r"There is no file or folder .*missing; check"):
        open_clip(missing)
    with pytest.raises(ClipError, match="holds no pictures"):
        open_clip(tmp_path)
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(ClipError, match="holds no pictures") as raised:
        open_clip(tmp_path)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize("fps", [0, -25, 1e-9, 100_001, float("inf"), float("nan")])
def test_what_is_no_frame_rate(fps: float, tmp_path: Path) -> None:
    write_picture(tmp_path / "img1.png", grey(1))
    with pytest.raises(ClipError, match=r"is no frame rate for .*; give a number from 0.001 to 100000\."):
        open_clip(tmp_path, fps=fps)
    for allowed in (0.001, 100_000):
        assert open_clip(tmp_path, fps=allowed).fps == allowed


def test_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    for folder, value in (("one", 5), ("two", 5), ("three", 6)):
        (tmp_path / folder).mkdir()
        for number in range(3):
            write_picture(tmp_path / folder / f"img{number}.png", grey(value + number))
    one, two, three = (open_clip(tmp_path / folder).fingerprint() for folder in ("one", "two", "three"))
    assert one == two != three
