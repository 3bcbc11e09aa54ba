"""Numbers of things in sentences."""


def counted(count: int, noun: str) -> str:
    """``1 clip``, ``2 clips``: for nouns that take an s."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
