"""Errors whose text is meant for the user."""


class MerError(Exception):
    """Something the user can mend: the text is one sentence that says what, where and what to do."""


class ClipError(MerError):
    """A clip that cannot be opened or read exactly."""


class NoFaceError(MerError):
    """A clip in which no face is found, where nobody has said to measure the whole frame."""


class ProjectError(MerError):
    """A project that cannot be opened, read or written."""


class FeatureError(MerError):
    """A feature file, or features within it, that cannot be used."""


class ModelError(MerError):
    """A model that cannot be read, or that does not fit what it is given."""


class ExportError(MerError):
    """Something that cannot be written where it was asked for, or a file of ours that cannot be read back."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user's wish
    """Raised by a progress callback to end the work it was called from; nothing half-done stays behind."""
