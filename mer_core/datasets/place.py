"""From the frame numbers a coding gives to the frames that are on disk: the disk is trusted, and it is said where they
disagree.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from mer_core.annotation import Marks
from mer_core.datasets.dataset import Coded

NEAR = 5
"""Frames by which a mark may miss the frames on disk and still be taken to the nearest one."""


def place_marks(coded: Coded, numbers: Sequence[int]) -> tuple[Marks, list[str]]:
    """Marks as indices into ``numbers`` (ascending frame numbers on disk), and a sentence for each disagreement.

    A frame 0 that is not on disk means that none was coded. Onset after offset: the two are exchanged. An apex outside
    them is left unmarked. A frame that is not on disk is replaced by the nearest, if that is near, or left unmarked.
    """
    said: list[str] = []
    written = {"onset": coded.onset, "apex": coded.apex, "offset": coded.offset}
    for name, number in written.items():
        if number == 0 and numbers[0] > 0:
            written[name] = None
            said.append(f"{name} is written 0, not coded; it is left unmarked")
    onset, offset = written["onset"], written["offset"]
    if onset is not None and offset is not None and onset > offset:
        written["onset"], written["offset"] = offset, onset
        said.append(f"onset {onset} comes after offset {offset}; the two were exchanged")
    places: dict[str, int | None] = {}
    for name, number in written.items():
        places[name], text = _nearest(name, number, numbers)
        if text:
            said.append(text)
    apex, low, high = places["apex"], places["onset"], places["offset"]
    if apex is not None and ((low is not None and apex < low) or (high is not None and apex > high)):
        said.append(
            f"apex {written['apex']} lies outside onset to offset ({written['onset']} to {written['offset']}); "
            "it is left unmarked"
        )
        places["apex"] = apex = None
    if apex is not None and apex == low:
        said.append(f"onset and apex are one frame ({written['apex']}): there is no movement to measure between them")
    if not any(place is not None for place in places.values()) and any(n is not None for n in written.values()):
        said.append(f"none of its marks is among the frames on disk ({numbers[0]} to {numbers[-1]})")
    return Marks(places["onset"], places["apex"], places["offset"]), said


def _nearest(name: str, number: int | None, numbers: Sequence[int]) -> tuple[int | None, str]:
    """The index of a frame number, or of its nearest neighbour on disk; and what there is to say."""
    if number is None:
        return None, ""
    index = bisect_left(numbers, number)
    if index < len(numbers) and numbers[index] == number:
        return index, ""
    around = [near for near in (index - 1, index) if 0 <= near < len(numbers)]
    nearest = min(around, key=lambda near: abs(numbers[near] - number))
    if abs(numbers[nearest] - number) <= NEAR:
        return nearest, f"{name} {number} is not on disk; frame {numbers[nearest]} was taken"
    return None, f"{name} {number} is not on disk ({numbers[0]} to {numbers[-1]} are); it is left unmarked"


def overlap(onset: int | None, offset: int | None, numbers: Sequence[int]) -> int:
    """How many of the frames on disk lie from onset to offset."""
    if onset is None or offset is None:
        return 0
    return max(0, bisect_right(numbers, offset) - bisect_left(numbers, onset))
