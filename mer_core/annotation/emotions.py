"""The emotion words coders choose from, and the three classes recognisers are compared on."""

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


def megc_class(emotion: str) -> str | None:
    """The MEGC 2019 class of an emotion word; None where the challenge leaves it out (others, tense, …)."""
    word = emotion.strip().lower()
    if word in _NEGATIVE:
        return "negative"
    if word in _POSITIVE:
        return "positive"
    return "surprise" if word == "surprise" else None
