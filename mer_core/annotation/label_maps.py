"""Label maps: which class of a recogniser an emotion word belongs to. They are data: JSON files, named and versioned.

Those in ``resources/label_maps`` ship; a project's own lie in its folder ``label_maps``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mer_core.annotation.emotions import EMOTIONS
from mer_core.errors import MerError

SHIPPED = Path(__file__).parents[2] / "resources" / "label_maps"
FOLDER = "label_maps"
"""Where a project keeps its own."""
_AND = " & "


@dataclass(frozen=True)
class LabelMap:
    """Classes in their order, and the class of each word; a word that is not in it is left out.

    Without classes each word is a class of its own: the set's own classes.
    """

    name: str
    title: str
    version: int = 1
    classes: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def class_of(self, emotion: str) -> str | None:
        """The class of an emotion; of several words (``anger & fear``) the one class they all have; else None."""
        word = emotion.strip().lower()
        if not self.classes:
            return word or None
        found = {self.words.get(part) for part in word.split(_AND)}
        return found.pop() if len(found) == 1 else None

    def classes_for(self, emotions: Iterable[str]) -> tuple[str, ...]:
        """The classes, or, where each word is one, those of these emotions in the usual order."""
        if self.classes:
            return self.classes
        there = {name for emotion in emotions if (name := self.class_of(emotion))}
        usual = [name for name in EMOTIONS if name in there]
        return (*usual, *sorted(there.difference(usual)))

    def said(self) -> dict[str, Any]:
        """What a result says of it."""
        return {"name": self.name, "title": self.title, "version": self.version}


OWN = LabelMap("own", "the data set's own classes")
"""Each emotion word a class."""


def read_label_map(path: Path) -> LabelMap:
    """A label map's file. Raises MerError, one sentence, where it is none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        found = LabelMap(
            str(values["name"]),
            str(values.get("title", values["name"])),
            int(values["version"]),
            tuple(str(name) for name in values["classes"]),
            {str(word).lower(): str(name) for word, name in values["words"].items()},
            str(values.get("source", "")),
        )
    except OSError as error:
        raise MerError(f"The label map {path} cannot be read ({error.strerror}): check the path.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MerError(
            f"{path} is no label map ({error}): it needs a name, a version, classes and words, as those that ship."
        ) from error
    if len(found.classes) < 2 or len(set(found.classes)) < len(found.classes):
        raise MerError(f"The label map {path} needs at least two classes, each named once.")
    stray = sorted(set(found.words.values()) - set(found.classes))
    if stray:
        raise MerError(f"The label map {path} puts words into “{stray[0]}”, which is none of its classes.")
    return found


def label_maps(project: Path | None = None) -> dict[str, LabelMap]:
    """All label maps by name: the sets' own classes, those that ship, and a project's own, which come first."""
    folders = [SHIPPED] + ([project / FOLDER] if project is not None else [])
    found = {OWN.name: OWN}
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            one = read_label_map(path)
            found[one.name] = one
    return found


def label_map(name: str, project: Path | None = None) -> LabelMap:
    """The label map of a name or of a file's path. Raises MerError where there is none."""
    if name.endswith(".json"):
        return read_label_map(Path(name))
    known = label_maps(project)
    if name not in known:
        raise MerError(f"There is no label map “{name}”: choose one of {', '.join(known)}, or a .json file.")
    return known[name]


MEGC = read_label_map(SHIPPED / "megc2019.json")
"""The three classes recognisers are compared on."""
MEGC_CLASSES = MEGC.classes
"""negative, positive, surprise: in the order of the published features (0, 1, 2)."""


def megc_class(emotion: str) -> str | None:
    """The MEGC 2019 class of an emotion word; None where the challenge leaves it out (others, tense, …)."""
    return MEGC.class_of(emotion)


def class_among(emotion: str, classes: Iterable[str]) -> str | None:
    """Which of a model's classes an emotion is: the word itself where it is one, else its MEGC 2019 class."""
    known = set(classes)
    return next((name for name in (OWN.class_of(emotion), megc_class(emotion)) if name in known), None)
