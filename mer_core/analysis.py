"""Measure one expression: from a clip's frames, an alignment and two marks to what a model reads and a user sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from mer_core.faces import Alignment, align_near
from mer_core.flow import FlowField, FlowSettings, feature_cube, measure

APEX_SIZE = 112
# As parts of the crop's side, so that they hold at every resolution; the eyes lie half a side apart, about 6 cm.
_FAR = 0.1  # head motion anywhere in the crop: 22 px of 224
_LARGE = 0.05  # the face's own motion: a macro-expression
_NOTHING = 0.0008  # 0.18 px of 224: what sensor noise of two grey levels looks like
_STRAYS = 0.1  # the face's way through the clip: beyond it, the clip's alignment no longer fits each expression
_COARSE = 4.0  # crop pixels to one of the source: the face is too small to measure well


@dataclass(frozen=True, eq=False)
class Measurement:
    """field: Θ over the crop. cube: (28, 28, 3) float32 (u, v, strain). apex: (112, 112) uint8 grey aligned face.

    warnings: sentences for the user; empty when all is well. alignment: where the crop lies in the frames; that of the
    clip, unless the head strays so far in it that the onset had to be aligned by itself. settings: how it was
    measured. frames: the indices of the two frames measured between. first: the onset frame.
    """

    field: FlowField
    cube: np.ndarray
    apex: np.ndarray
    warnings: tuple[str, ...]
    alignment: Alignment
    settings: FlowSettings
    frames: tuple[int, int]
    first: np.ndarray = dataclass_field(repr=False)

    @cached_property
    def onset(self) -> np.ndarray:
        """As ``apex``, at onset, carried along with the head to where ``apex`` has it: what differs, the face did.

        Worked out when it is first asked for: few models read it, and the fields shown while scrubbing never do.
        """
        carried = self.alignment.following(cv2.invertAffineTransform(self.field.head_motion.matrix))
        return _small(carried.crop(self.first))

    def ends_nearer(self, index: int) -> bool:
        """Whether frame `index` lies nearer to the second of the frames measured than to the first."""
        onset, target = self.frames
        return abs(index - target) < abs(index - onset)

    def place(self, *, at_end: bool) -> Alignment:
        """Where the crop lies in the first of the frames measured, or carried along with the head in the second."""
        return self.alignment.following(self.field.head_motion.matrix) if at_end else self.alignment


def measure_clip(
    read: Callable[[int], np.ndarray],
    alignment: Alignment,
    onset: int,
    apex: int,
    settings: FlowSettings | None = None,
) -> Measurement:
    """Measure the motion from frame index `onset` to `apex`.

    `read(index)` gives a frame as (H, W, 3) uint8 RGB: a clip's `read` or a buffer's `frame`; what it raises passes
    through. A dubious result is a result with warnings.
    """
    settings = settings or FlowSettings()
    first, last = read(onset), read(apex)
    local = onset_alignment(first, alignment)
    crops = (local or alignment).resized(settings.size)
    start, end = crops.crop(first), crops.crop(last)
    field = measure(
        start, end, settings, crops.stable, lambda head: crops.following(head.matrix).crop(last), crops.skin
    )
    warnings = _warnings(field, crops, onset, apex)
    if local is None:
        warnings.insert(0, "No face is seen in the onset frame: its place is guessed from the rest of the clip.")
    return Measurement(field, feature_cube(field), _small(end), tuple(warnings), crops, settings, (onset, apex), first)


def _small(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (APEX_SIZE, APEX_SIZE), interpolation=cv2.INTER_AREA)


def onset_alignment(first: np.ndarray, alignment: Alignment) -> Alignment | None:
    """Where the face lies for an expression whose onset frame is `first`, (H, W, 3) uint8 RGB.

    As all over the clip, unless the head strays so far in it that this frame has to be looked at; None: no face in it.
    """
    return align_near(first, alignment) if alignment.drift > _STRAYS else alignment


def settings_for(card: Mapping[str, Any]) -> FlowSettings:
    """The settings that a model's training features were measured with; the defaults where its card does not say.

    Raises MerError where the card names settings this version does not know.
    """
    trained = card.get("features", {}).get("flow")
    return FlowSettings() if trained is None else FlowSettings.from_dict(trained)


def settings_mismatch(card: Mapping[str, Any], settings: FlowSettings) -> tuple[str, ...]:
    """A sentence where flow measured by `settings` is not what the model was trained on; else nothing."""
    trained = card.get("features", {}).get("flow")
    if trained is None or dict(trained) == settings.to_dict():
        return ()
    return ("The model was trained on flow that was measured differently: its answer is worth less.",)


def _warnings(field: FlowField, alignment: Alignment, onset: int, apex: int) -> list[str]:
    found = []
    if alignment.source == "frame":
        found.append("The whole frame is measured, as chosen, not a face: a model's answer means little.")
    elif alignment.source == "points":
        found.append("Only five points of the face were found: the head's own motion is removed less well.")
    if alignment.source != "frame" and alignment.scale > _COARSE:
        found.append(
            f"The face is small: its eyes are {alignment.size / 2 / alignment.scale:.0f} px apart, "
            "so movements below half a pixel are lost."
        )
    if apex == onset:
        found.append("Onset and apex are the same frame: there is no motion to measure.")
        return found
    if apex < onset:
        found.append("The apex lies before the onset: the motion is measured backwards in time.")
    moved = float(np.percentile(field.magnitude, 99)) / alignment.size
    head = field.head_motion.pixels / alignment.size
    if head > _FAR:
        found.append(
            f"The head moved by {head * alignment.size / alignment.scale:.0f} px of the frame between onset and apex: "
            "what is left of the face's own motion is uncertain."
        )
    if moved > _LARGE:
        found.append(
            f"The face moved by {moved * alignment.size / alignment.scale:.0f} px of the frame between onset and apex: "
            "too much for a micro-expression."
        )
    elif moved < _NOTHING:
        found.append("Hardly anything moves between onset and apex: no more than sensor noise would.")
    return found
