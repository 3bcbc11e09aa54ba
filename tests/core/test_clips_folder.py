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
    clip = open_clip(tmp_path)
    assert clip.remarks == ()
    picture = clip.read(0)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert np.abs(picture[8, 8].astype(int) - (50, 100, 200)).max() <= 3


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bit_is_scaled_alike_in_every_frame(suffix: str, tmp_path: Path) -> None:
    for number, value in enumerate((0, 100, 255)):
        write_picture(tmp_path / f"f{number}{suffix}", np.full((4, 4), value * 257, np.uint16))
    clip = open_clip(tmp_path)
    assert [clip.read(i)[0, 0].tolist() for i in range(3)] == [[0] * 3, [100] * 3, [255] * 3]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_a_camera_of_fewer_bits_stored_in_16_is_not_black(bits: int, suffix: str, tmp_path: Path) -> None:
    white = (1 << bits) - 1
    for number in range(40):  # dark at first: the depth is the clip's, not that of its first frame
        largest = white if number >= 30 else 200
        ramp = np.linspace(0, largest, 64).astype(np.uint16).reshape(8, 8)
        write_picture(tmp_path / f"f{number}{suffix}", ramp)
    with open_clip(tmp_path) as clip:
        for index, largest in ((0, 200), (35, white)):
            expected = np.linspace(0, largest, 64).astype(np.uint16) * (255 / white)
            assert np.abs(clip.read(index)[..., 0].ravel() - expected).max() <= 0.5
        assert clip.remarks == (f"Of 16 bits {bits} are used: white is {white}",)


def test_dark_pictures_of_all_16_bits_stay_dark(tmp_path: Path) -> None:
    write_picture(tmp_path / "f1.png", np.full((4, 4), 20_000, np.uint16))
    with open_clip(tmp_path) as clip:
        assert clip.read(0)[0, 0].tolist() == [round(20_000 / 257)] * 3
        assert clip.remarks == ()


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


@pytest.mark.parametrize(
    "names",
    [
        [f"rec_12-00-00.{ms}" for ms in (985, 990, 995)] + [f"rec_12-00-01.{ms:03d}" for ms in (0, 5, 10)],
        ["12_59_58_7", "12_59_59_3", "13_00_00_1"],
        [f"{ms // 1000:02d}.{ms % 1000:03d}" for ms in range(995, 1005)],
    ],
)
def test_times_of_day_are_in_the_order_of_time(names: list[str], tmp_path: Path) -> None:
    for value, name in enumerate(names):
        write_picture(tmp_path / f"{name}.png", grey(value))
    with open_clip(tmp_path) as clip:
        assert [int(clip.read(i)[0, 0, 0]) for i in range(len(clip))] == list(range(len(names)))
        assert clip.numbers == tuple(range(len(names)))
        assert clip.times == pytest.approx(np.arange(len(names)) / 100)
        assert clip.gaps() == []
        assert clip.remarks[0].startswith("Ordered by all numbers in the files' names")


def test_what_else_a_name_tells_does_not_order_frames_that_are_counted(tmp_path: Path) -> None:
    for number, exposure in enumerate((33, 30, 32, 31), 7):
        write_picture(tmp_path / f"exp{exposure}_{number}.png", grey(number))
    with open_clip(tmp_path) as clip:
        assert clip.numbers == (7, 8, 9, 10)
        assert clip.remarks == ()


STAMP = 1673778930123


@pytest.mark.parametrize(
    ("numbers", "times"),
    [
        ([STAMP + 5 * i for i in range(10)], np.arange(10)),
        ([STAMP * 1000 + i for i in (0, 5004, 9996, 15000)], np.array([0, 5004, 9996, 15000]) / 5000),
        ([STAMP * 10**6 + 10**7 * i for i in range(5)], np.arange(5)),
        ([*range(0, 300, 33), 400], np.array([*range(0, 300, 33), 400]) / 33),
        ([STAMP + 5 * i + 60_000 * (i > 4) for i in range(10)], np.arange(10) + 12_000 * (np.arange(10) > 4)),
        ([5, 6, 7, 8, STAMP, STAMP + 1], np.arange(6)),
        ([*range(150), *range(1_500_000_000, 1_500_000_150)], np.arange(300)),
    ],
)  # fmt: skip
def test_stamps_of_time_are_no_count_of_frames(numbers: list[int], times: np.ndarray, tmp_path: Path) -> None:
    for number in numbers:
        write_picture(tmp_path / f"{number}.png", grey(9))
    with open_clip(tmp_path, fps=200) as clip:
        assert clip.numbers == tuple(numbers)
        assert clip.index_of(numbers[-1]) == len(numbers) - 1
        assert clip.gaps() == []
        assert clip.times * 200 == pytest.approx(times, rel=0.005)
        assert len(clip.remarks) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        (46, 59, 80),  # onset, apex and offset of a clip, as its own frames are numbered
        (1, 3, 5, 7, 9, 11, 13, 15, 17, 19),
        (1, 2, 3, 4, 50, 51, 52, 90, 91, 92),
        (20230115001, 20230115002, 20230115004),  # a date, and a count
    ],
)
def test_a_count_of_frames_is_no_stamp_of_time(numbers: tuple[int, ...], tmp_path: Path) -> None:
    for number in numbers:
        write_picture(tmp_path / f"img{number}.png", grey(9))
    with open_clip(tmp_path, fps=200) as clip:
        assert clip.times * 200 == pytest.approx(np.array(numbers) - numbers[0])
        missing = sum(last - first + 1 for first, last in clip.gaps())
        assert missing == numbers[-1] - numbers[0] + 1 - len(numbers)
        assert clip.remarks == ()


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
