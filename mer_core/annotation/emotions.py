"""The emotion words coders choose from, and the three classes recognisers are compared on."""

import re

EMOTIONS = (
    "happiness",
    "surprise",
    "disgust",
    "repression",
    "sadness",
    "fear",
    "anger",
    "contempt",
    "tense",
    "others",
)

MEGC_CLASSES = ("negative", "positive", "surprise")
"""The classes of the MEGC 2019 challenge, in the order of the published features (0, 1, 2)."""

_NEGATIVE = frozenset({"negative", "repression", "anger", "contempt", "disgust", "fear", "sadness"})
_POSITIVE = frozenset({"positive", "happiness"})
_SAME = {
    "other": "others",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "surprised": "surprise",
    "tension": "tense",
    "repressed": "repression",
}


def emotion_word(text: str) -> str:
    """The word of `EMOTIONS` for what a coding file says (``Other``, ``happy``); of several all, joined by `` & ``.

    A word that is not among them stays as it is, in lower case.
    """
    words = [word.strip().lower() for word in re.split(r"[&+,;/]", text)]
    return " & ".join(dict.fromkeys(_SAME.get(word, word) for word in words if word))


def megc_class(emotion: str) -> str | None:
    """The MEGC 2019 class of an emotion word; None where the challenge leaves it out (others, tense, …)."""
    word = emotion.strip().lower()
    if word in _NEGATIVE:
        return "negative"
    if word in _POSITIVE:
        return "positive"
    return "surprise" if word == "surprise" else None
