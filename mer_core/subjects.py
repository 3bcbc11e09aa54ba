"""Who is in a clip, as data sets and people write it; and how they write that nobody knows."""

_NOBODY = frozenset({"", "?", "-", "–", "nan", "none", "null", "n/a", "unknown"})


def is_named(subject: str) -> bool:
    """Whether this names a person.

    Clips of nobody known may be of one person or of many, also of one who is named elsewhere: held out or not, they
    would be judged wrongly either way.
    """
    return subject.strip().lower() not in _NOBODY
