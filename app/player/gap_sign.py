"""A sign that frames are missing from a folder's numbering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from mer_core.clips import Clip

_LISTED = 12  # stretches named one by one


class GapSign(QLabel):
    """Hidden while nothing is missing; its tooltip says which frames are."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("warning")
        self.setAccessibleName("Missing frames")
        self.hide()

    def show_gaps(self, clip: Clip | None) -> None:
        """Say what is missing of this clip."""
        gaps = clip.gaps() if clip else []
        count = sum(last - first + 1 for first, last in gaps)
        self.setText(f"⚠ {count} missing")
        self.setToolTip(_sentence(gaps) if gaps else "")
        self.setVisible(bool(gaps))


def _sentence(gaps: list[tuple[int, int]]) -> str:
    named = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in gaps[:_LISTED])
    more = f" and {len(gaps) - _LISTED} more stretches" if len(gaps) > _LISTED else ""
    one = len(gaps) == 1 and gaps[0][0] == gaps[0][1]
    return (
        f"Frame{'' if one else 's'} {named}{more} {'is' if one else 'are'} missing from the folder. "
        "Times count them: the clip is shown as it was recorded."
    )
