"""The emotion words coders choose from, and those that data sets use for them."""

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
