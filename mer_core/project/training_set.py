"""Which of a project's annotations can teach a recogniser, and why the others cannot."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mer_core.annotation import Annotation
from mer_core.annotation.label_maps import MEGC, LabelMap
from mer_core.counted import counted
from mer_core.project.project import Project
from mer_core.project.records import ClipRecord
from mer_core.subjects import is_named

UNNAMED = "its subject is not named"


@dataclass(frozen=True)
class Example:
    """One labelled expression: from onset to apex, of a class."""

    clip: ClipRecord
    annotation: Annotation
    label: int


@dataclass(frozen=True)
class TrainingSet:
    """The labels as they stand at one moment."""

    classes: tuple[str, ...]
    examples: tuple[Example, ...]
    left_out: tuple[tuple[str, str], ...]  # clip's path, why
    label_map: LabelMap = MEGC
    in_no_class: Mapping[str, int] = field(default_factory=dict)  # emotion → marked expressions left out for it

    @property
    def class_counts(self) -> dict[str, int]:
        """How many examples each class has."""
        return {
            name: sum(example.label == index for example in self.examples) for index, name in enumerate(self.classes)
        }

    @property
    def subjects(self) -> set[tuple[str, str]]:
        """The people, by (dataset, subject): subject 01 of two data sets are two people."""
        return {(example.clip.dataset, example.clip.subject) for example in self.examples}

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be trained on it, in a sentence; None if it can."""
        unnamed = sum(reason == UNNAMED for _, reason in self.left_out)
        if unnamed and (sum(count > 0 for count in self.class_counts.values()) < 2 or len(self.subjects) < 2):
            return (
                "Training holds people out, so it must know who is in the clips: name the subject "
                f"of {counted(unnamed, 'marked expression')} (F2), one name a person."
            )
        if sum(count > 0 for count in self.class_counts.values()) < 2:
            return (
                "Training needs marked clips of at least two classes: "
                "mark onset and apex and choose an emotion in more clips."
            )
        if len(self.subjects) < 2:
            return (
                "Training needs marked clips of at least two subjects, so that one can be held out: "
                "mark clips of another subject."
            )
        return None


def training_set(project: Project, coder: str, label_map: LabelMap = MEGC) -> TrainingSet:
    """The coder's usable annotations as classes of a label map; each clip or expression left out, with the reason."""
    usable: list[tuple[ClipRecord, Annotation, str]] = []
    left_out: list[tuple[str, str]] = []
    in_no_class: Counter[str] = Counter()
    by_clip: dict[int, list[Annotation]] = {}
    for annotation in project.annotations(coder=coder):
        by_clip.setdefault(annotation.clip, []).append(annotation)
    for clip in project.clips():
        annotations = by_clip.get(clip.id, [])
        if not annotations:
            left_out.append((clip.path, "not annotated"))
        for annotation in annotations:
            name = label_map.class_of(annotation.emotion)
            if not annotation.marks.measurable:
                left_out.append((clip.path, "onset and a later apex are not both marked"))
            elif not annotation.emotion:
                left_out.append((clip.path, "no emotion chosen"))
            elif name is None:
                left_out.append((clip.path, f"“{annotation.emotion}” belongs to no class of {label_map.title}"))
                in_no_class[annotation.emotion] += 1
            elif not is_named(clip.subject):
                left_out.append((clip.path, UNNAMED))
            else:
                usable.append((clip, annotation, name))
    classes = label_map.classes_for(name for _, _, name in usable)
    examples = tuple(Example(clip, annotation, classes.index(name)) for clip, annotation, name in usable)
    return TrainingSet(classes, examples, tuple(left_out), label_map, in_no_class)
