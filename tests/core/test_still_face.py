"""A still face on a moving head: what is left of the head's motion must not look like an expression."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mer_core.analysis import measure_clip
from mer_core.datasets.sample.face import make_subject
from mer_core.datasets.sample.plan import plan_clip
from mer_core.datasets.sample.render import Renderer
from mer_core.faces import Alignment, align_face, find_faces
from mer_core.flow import FlowSettings


def frames(number: int, head: tuple[float, float, float, float]) -> list[np.ndarray]:
    """Two frames of a generated subject, with noise: still, then moved by x, y in pixels, degrees clockwise, growth."""
    subject = make_subject(number, 0)
    plan = plan_clip(subject, 1, "positive", 0)
    clip = replace(plan.clip, frames=8, onset=1, apex=3, offset=6, amplitude=0.0)
    x, y, degrees, growth = head
    motion = np.zeros((8, 4))
    motion[1:] = x, y, -np.radians(degrees), growth
    still = replace(plan, clip=clip, idle=(plan.idle[0], 0.0), blink=None, head=motion, gain=np.ones(8), hold=1)
    rendered = Renderer(subject, still).frames()
    return [next(rendered), next(rendered)]


@cache
def noise_alone(number: int) -> tuple[Alignment, float]:
    """Where the face is, and the mean strain that noise alone leaves."""
    pair = frames(number, (0, 0, 0, 0))
    alignment = align_face(find_faces(pair[0])[0])
    return alignment, float(measure_clip(pair.__getitem__, alignment, 0, 1).field.strain.mean())


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    "head",
    [(5, 0, 0, 0), (0, 0, 2, 0), (0.5, -0.4, -0.3, 0.002), (3, -4, -2, 0), (-4, 3, 2, 0.01)],
)
def test_a_rigidly_moved_face_strains_at_most_twice_as_much_as_noise(
    number: int, head: tuple[float, float, float, float]
) -> None:
    alignment, noise = noise_alone(number)
    pair = frames(number, head)
    taken_out = measure_clip(pair.__getitem__, alignment, 0, 1)
    assert taken_out.field.strain.mean() <= 2 * noise
    assert taken_out.field.head_motion.degrees == pytest.approx(head[2], abs=0.15)
    assert taken_out.field.head_motion.scale == pytest.approx(1 + head[3], abs=0.003)
    if max(abs(value) for value in head[:3]) >= 2:  # or the line above would hold without any effort
        left_in = measure_clip(pair.__getitem__, alignment, 0, 1, FlowSettings(remove_head_motion=False))
        assert left_in.field.magnitude.mean() > 3 * taken_out.field.magnitude.mean()
