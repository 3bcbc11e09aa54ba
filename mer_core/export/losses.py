"""What a format cannot carry, said before and after an export: nothing is lost in silence."""

from collections.abc import Callable, Iterable
from dataclasses import fields

from mer_core.annotation import Annotation, Marks
from mer_core.counted import counted
from mer_core.export.coding import CodedClip, Coding
from mer_core.project.records import ClipRecord

_CLIP_WORDS = {"dataset": "data sets", "fps": "frame rates", "frames": "numbers of frames", "face": "chosen faces"}
_ANNOTATION_WORDS = {"action_units": "action units"}
_EXAMPLES = 3


def unsaid_fields(coding: Coding, carried: Iterable[str], layout: str) -> list[str]:
    """A sentence for each field of clips and annotations that says something and that the layout has no place for.

    carried: names of the fields of ClipRecord and Annotation that it has a place for.
    """
    known = {*carried, "id", "fingerprint", "clip", "marks"}  # a fingerprint is taken anew
    found = []
    for item in fields(ClipRecord):
        if item.name not in known and any(_says(getattr(clip.record, item.name)) for clip in coding.clips):
            found.append(f"The clips' {_CLIP_WORDS.get(item.name, item.name)}: {layout} has no place for these.")
    annotations = [each for clip in coding.clips for each in clip.annotations]
    for item in fields(Annotation):
        count = sum(_says(getattr(each, item.name)) for each in annotations)
        if item.name not in known and count:
            word = _ANNOTATION_WORDS.get(item.name, item.name)
            found.append(f"The {word} of {counted(count, 'annotation')}: {layout} has no place for these.")
    return found


def decisions(coding: Coding, layout: str) -> list[str]:
    """A sentence where coders decided on suggested marks."""
    count = sum(len(clip.decisions) for clip in coding.clips)
    return [f"{counted(count, 'decision')} on suggested marks: {layout} has no place for these."] if count else []


def clips_without(coding: Coding, layout: str) -> list[str]:
    """A sentence where clips of which nothing is said are left out."""
    return listed(
        (clip for clip in coding.clips if not clip.annotations), f"{layout} lists expressions only: nothing is said of"
    )


def other_coders(coding: Coding, coder: str, layout: str) -> list[str]:
    """A sentence for each other coder, whose annotations a layout of one coder leaves out."""
    found = []
    for other in coding.coders:
        if other != coder:
            count = sum(each.coder == other for clip in coding.clips for each in clip.annotations)
            found.append(f"{counted(count, 'annotation')} by “{other}”: {layout} holds one coder, here “{coder}”.")
    return found


def absent_clips(coding: Coding) -> list[str]:
    """A sentence where frames could not be looked at, so that their numbers and times are not known."""
    return listed(
        (clip for clip in coding.clips if clip.annotations and clip.absent),
        "The frames are not at hand, so their numbers and times are not known:",
    )


def broken_marks(coding: Coding) -> list[str]:
    """A sentence where marks lie beyond the frames that the clip now has."""

    def beyond(clip: CodedClip) -> bool:
        count = len(clip.numbers)
        return bool(count) and any(
            index >= count for each in clip.annotations for index in marked(each.marks) if index is not None
        )

    return listed(filter(beyond, coding.clips), "Marks lie beyond the last frame and have no number or time:")


def listed(clips: Iterable[CodedClip], text: str) -> list[str]:
    """``text`` and the clips it is about; nothing where there are none."""
    names = [clip.label for clip in clips]
    if not names:
        return []
    more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
    return [f"{text} {', '.join(names[:_EXAMPLES])}{more}."]


def expressions(coding: Coding, wrong: Callable[[CodedClip, Annotation], bool], text: str) -> list[str]:
    """``text`` and the expressions it is about, as clip and number; nothing where there are none."""
    names = [
        f"{clip.label} expression {each.expression}"
        for clip in coding.clips
        for each in clip.annotations
        if wrong(clip, each)
    ]
    if not names:
        return []
    more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
    return [f"{text} {', '.join(names[:_EXAMPLES])}{more}."]


def marked(marks: Marks) -> tuple[int | None, int | None, int | None]:
    """Onset, apex, offset."""
    return marks.onset, marks.apex, marks.offset


def _says(value: object) -> bool:
    return value not in ("", None)
