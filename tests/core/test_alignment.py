"""One transform a clip, to a crop whose geometry is that of the published features."""

import cv2
import numpy as np
import pytest

from mer_core.errors import ClipError, MerError, NoFaceError
from mer_core.faces import WHOLE_FRAME, Alignment, FaceChoice, align_clip, align_face, find_faces, whole_frame
from mer_core.faces.align import eyes_to_crop
from mer_core.faces.warp import warp_square
from tests.moving_face import Pictures, alignment, face, moved, noisy, portrait, similarity


def test_eyes_lie_level_at_a_quarter() -> None:
    eyes = alignment().to_crop(face().points[:2])
    np.testing.assert_allclose((eyes + 0.5) / alignment().size, [[0.25, 0.25], [0.75, 0.25]], atol=1e-6)


def test_the_transform_is_a_similarity() -> None:
    square = alignment().matrix[:, :2]
    np.testing.assert_allclose(square @ square.T, np.eye(2) * alignment().scale ** 2, atol=1e-9)
    assert np.linalg.det(square) > 0


def test_source_and_crop_are_each_other_s_inverse() -> None:
    points = np.random.default_rng(0).uniform(0, 400, (20, 2))
    np.testing.assert_allclose(alignment().to_source(alignment().to_crop(points)), points, atol=1e-9)


def test_a_resized_crop_shows_the_same_square() -> None:
    half = alignment().resized(112)
    middle = alignment().to_source(np.array([[111.5, 111.5]]))
    np.testing.assert_allclose(half.to_crop(middle), [[55.5, 55.5]], atol=1e-9)
    small = cv2.resize(alignment().crop(portrait()), (112, 112), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(half.crop(portrait()) - small).mean() < 2


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(12, 1, (0, 0)), (0, 0.7, (60, 50)), (-8, 1.2, (-30, -20))])
def test_the_crop_does_not_change_with_the_camera(degrees: float, scale: float, shift: tuple[float, float]) -> None:
    matrix = similarity(degrees, scale, shift, (220, 200))
    other = cv2.warpAffine(portrait(), matrix, (520, 500), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    crop = align_face(find_faces(other)[0]).crop(other).astype(float)
    expected = alignment().crop(portrait()).astype(float)
    inside = np.s_[16:-16, 16:-16]
    assert np.corrcoef(crop[inside].ravel(), expected[inside].ravel())[0, 1] > 0.94


def test_a_clip_s_alignment_is_steadier_than_a_frame_s() -> None:
    frames = [noisy(moved(similarity(shift=(0.5 * np.sin(i), 0.0))), 4, seed=i) for i in range(15)]
    single = np.stack([align_face(find_faces(frame)[0]).matrix for frame in frames[:8]])
    several = np.stack([align_clip(Pictures(frames), range(i, i + 7)).matrix for i in range(0, 8, 2)])
    middle = np.array([111.5, 111.5, 1])
    assert (several @ middle).std(axis=0).max() < 0.6 * (single @ middle).std(axis=0).max()


def test_frames_are_spread_over_the_clip_and_the_mesh_is_kept() -> None:
    class Asked(Pictures):
        asked: list[int] = []  # noqa: RUF012

        def read(self, index: int) -> np.ndarray:
            self.asked.append(index)
            return super().read(index)

    clip = Asked([portrait()] * 61)
    found = align_clip(clip)
    assert clip.asked == [10, 20, 30, 40, 50]
    assert found.source == "mesh"
    assert found.landmarks is not None
    np.testing.assert_allclose(found.matrix, alignment().matrix, atol=1e-4)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_short_clips_are_aligned(length: int) -> None:
    assert align_clip(Pictures([portrait()] * length)).source == "mesh"


def test_frames_without_a_face_do_not_count() -> None:
    black = np.zeros_like(portrait())
    found = align_clip(Pictures([black, portrait(), black]), [0, 1, 2])
    np.testing.assert_allclose(found.matrix, alignment().matrix, atol=1e-4)


def test_frames_that_cannot_be_read_are_passed_over_unless_none_can_be() -> None:
    class Damaged(Pictures):
        def read(self, index: int) -> np.ndarray:
            if index != 2:
                raise ClipError(f"frame {index} is damaged")
            return super().read(index)

    clip = Damaged([portrait()] * 4)
    for choice in (None, FaceChoice(0, *face().centre)):
        np.testing.assert_allclose(align_clip(clip, choice=choice).matrix, alignment().matrix, atol=1e-4)
    with pytest.raises(ClipError, match="frame 3 is damaged"):
        align_clip(clip, [1, 3])


def test_without_a_face_the_whole_frame_is_taken_only_where_it_was_chosen() -> None:
    clip = Pictures([np.zeros((100, 200, 3), np.uint8)])
    with pytest.raises(NoFaceError, match="choose to measure the whole frame"):
        align_clip(clip)
    found = align_clip(clip, choice=WHOLE_FRAME)
    assert found.source == "frame"
    assert found.landmarks is None
    assert found.stable is None
    np.testing.assert_allclose(found.to_crop(np.array([[-0.5, 49.5], [199.5, 49.5]])), [[-0.5, 111.5], [223.5, 111.5]])


def middle(found: Alignment) -> float:
    """Where in the picture the crop's middle lies, x."""
    return float(found.to_source(np.array([[112.0, 112.0]]))[0, 0])


def two_faces(shift: int = 0) -> np.ndarray:
    """A small face, `shift` pixels from the left, and a large one at the right."""
    two = np.full((440, 900, 3), 90, np.uint8)
    two[:240, shift : shift + 240] = cv2.resize(portrait(), (240, 240), interpolation=cv2.INTER_AREA)
    two[:, 460:] = portrait()
    return two


def test_of_several_faces_the_largest_is_taken_or_the_one_chosen() -> None:
    clip = Pictures([two_faces()] * 3)
    assert middle(align_clip(clip)) > 460
    assert align_clip(clip).faces == 2
    assert middle(align_clip(clip, choice=FaceChoice(1, 130, 110))) < 240
    assert middle(align_clip(clip, choice=FaceChoice(99, 130, 110))) < 240  # of a recording that was longer


def test_a_chosen_face_is_followed_to_both_ends() -> None:
    """It walks by 40 pixels a frame: at the end it is where nobody would look for it without the frames between."""
    clip = Pictures([two_faces(shift) for shift in range(0, 201, 40)])
    found = align_clip(clip, range(6), choice=FaceChoice(3, 240, 110))
    assert 120 < middle(found) < 330
    assert found.drift > 0.3


def test_a_choice_survives_as_text() -> None:
    for choice in (WHOLE_FRAME, FaceChoice(12, 310.5, 204)):
        assert FaceChoice.parse(str(choice)) == choice
    assert FaceChoice.parse("") is None
    for text in ("nobody", "frame x at 1 2", "frame 1 on 1 2"):
        with pytest.raises(MerError, match="names no face"):
            FaceChoice.parse(text)


def test_the_crop_that_follows_a_moved_head_sees_it_still() -> None:
    head = similarity(3, 1.02, (6, -4), (220, 220))
    to_crop = np.vstack([alignment().matrix, [0, 0, 1]])
    in_crop = (to_crop @ np.vstack([head, [0, 0, 1]]) @ np.linalg.inv(to_crop))[:2]
    followed = alignment().following(in_crop).crop(moved(head)).astype(float)
    still = alignment().crop(portrait()).astype(float)
    assert np.abs(followed - still).mean() < 0.2 * np.abs(alignment().crop(moved(head)) - still).mean()


def test_eyes_in_one_point_are_refused() -> None:
    with pytest.raises(ValueError, match="one point"):
        eyes_to_crop(np.array([[5, 5], [5, 5]]), 224)


@pytest.mark.parametrize("factor", [0.7, 1.0, 2.6, 7.3])
def test_warping_is_geometrically_exact_at_every_scale(factor: float) -> None:
    """A smooth blob's centre of mass lands where the matrix says, also when areas are averaged first."""
    x, y = np.meshgrid(np.arange(600.0), np.arange(500.0))
    blob = np.rint(250 * np.exp(-((x - 301.3) ** 2 + (y - 222.8) ** 2) / (2 * (5 * factor) ** 2))).astype(np.uint8)
    matrix = np.column_stack([np.eye(2) / factor, [40 - 301.3 / factor, 60 - 222.8 / factor]])
    out = warp_square(blob, matrix, 100).astype(float)
    columns, rows = np.meshgrid(np.arange(100), np.arange(100))
    np.testing.assert_allclose([(out * columns).sum() / out.sum(), (out * rows).sum() / out.sum()], [40, 60], atol=0.1)


def test_shrinking_does_not_alias() -> None:
    checks = (np.indices((640, 640)).sum(axis=0) % 2 * 255).astype(np.uint8)
    out = warp_square(checks, whole_frame(640, 640, 80).matrix, 80)
    assert np.abs(out.astype(int) - 127).max() <= 4


def test_grey_first_is_grey_after() -> None:
    grey = cv2.cvtColor(alignment().crop_rgb(portrait()), cv2.COLOR_RGB2GRAY)
    assert np.abs(alignment().crop(portrait()).astype(int) - grey).max() <= 4


def test_skin_is_the_face_and_not_what_lies_behind() -> None:
    skin = alignment().skin
    assert skin is not None
    assert skin.dtype == np.float32
    assert 0.5 < skin.mean() < 0.95
    eyes_and_mouth = np.rint(alignment().to_crop(face().points)).astype(int)
    assert (skin[eyes_and_mouth[:, 1], eyes_and_mouth[:, 0]] == 1).all()
    assert skin[220, 3] == 0  # under the jaw
