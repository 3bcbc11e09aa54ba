"""Which folders below a data set's root hold frames, without listing those of millions; and which videos there are."""

import os
from dataclasses import dataclass
from pathlib import Path

from mer_core.clips.folder import PICTURES
from mer_core.endings import VIDEOS
from mer_core.progress import Progress, silent

_ENOUGH = 64  # pictures without a folder among them: it is a clip's folder
_DEPTH = 10
_MOST = 200_000


@dataclass(frozen=True)
class FrameFolder:
    """A folder that holds pictures, or a video. ``parts``: the root's own name, then the names down to it, a video's
    without its ending.
    """

    path: Path
    parts: tuple[str, ...]
    video: bool = False

    @property
    def cropped(self) -> bool:
        """Whether its name or one above, from the root on, says that the faces are cut out."""
        return any("crop" in part.casefold() for part in self.parts)


def frame_folders(root: Path, progress: Progress = silent) -> tuple[list[FrameFolder], list[str]]:
    """All folders with pictures and all videos at and below `root`, by path; and a sentence for each folder that could
    not be looked into.
    """
    found: list[FrameFolder] = []
    problems: list[str] = []
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would leave the user's own names for links
    waiting: list[tuple[Path, tuple[str, ...]]] = [(root, (root.name,))]
    seen = {os.path.realpath(root)}
    looked = 0
    while waiting and looked < _MOST:
        folder, parts = waiting.pop()
        looked += 1
        if looked % 50 == 0:
            progress(0, 0, f"Looking for frames: {len(found)} folders")
        try:
            pictures, folders, videos = _look(folder)
        except OSError as error:
            problems.append(f"{folder} could not be looked into ({error.strerror}).")
            continue
        if pictures:
            found.append(FrameFolder(folder, parts))
        else:
            found += [FrameFolder(folder / name, (*parts, Path(name).stem), video=True) for name in videos]
        for name, linked in folders:
            path = folder / name
            if len(parts) > _DEPTH:
                problems.append(f"{path} lies too deep to be looked into.")
            elif not linked:
                waiting.append((path, (*parts, name)))
            elif (real := os.path.realpath(path)) not in seen:  # a link may lead in a circle
                seen.add(real)
                waiting.append((path, (*parts, name)))
    if waiting:
        problems.append(f"{root} holds more than {_MOST} folders: only those were looked into.")
    return sorted(found, key=lambda each: each.parts), problems


def _look(folder: Path) -> tuple[bool, list[tuple[str, bool]], list[str]]:
    """Whether there are pictures in a folder; the folders in it: name, whether it is a link; and the videos in it."""
    pictures = 0
    folders: list[tuple[str, bool]] = []
    videos: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__MACOSX":
                continue
            suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - a Path for each is slow
            if suffix in PICTURES:
                pictures += 1
                if pictures >= _ENOUGH and not folders:
                    break
            elif suffix in VIDEOS:
                videos.append(entry.name)
            elif entry.is_dir():
                folders.append((entry.name, entry.is_symlink()))
    return pictures > 0, folders, videos
