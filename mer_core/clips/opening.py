"""From a path to a clip."""

from pathlib import Path

from mer_core.clips.clip import Clip
from mer_core.clips.folder import PICTURES, FolderClip
from mer_core.errors import ClipError
from mer_core.progress import Progress, silent

LEAST_FPS, MOST_FPS = 0.001, 100_000.0  # frames a second that a recording can have


def open_clip(
    path: Path, fps: float | None = None, *, progress: Progress = silent, index_folder: Path | None = None
) -> Clip:
    """Open a folder of frames or a video file.

    `fps`, from 0.001 to 100,000, overrides the stored rate (high-speed clips are often stored as 25 fps); for a folder,
    which stores none, it is the rate, 100 and ``fps_known=False`` without it. Listing the frames of a long video takes
    seconds: `progress` is of that, and in `index_folder` the list is kept for the next opening. Raises ClipError, one
    sentence, where `path` is neither, or `fps` no rate.
    """
    path = Path(path)
    if fps is not None and not LEAST_FPS <= fps <= MOST_FPS:
        raise ClipError(
            f"{fps:g} frames a second is no frame rate for {path}; give a number from {LEAST_FPS:g} to {MOST_FPS:.0f}."
        )
    if not path.exists():
        raise ClipError(f"There is no file or folder {path}; check the path, or whether its drive is connected.")
    if path.is_dir():
        return FolderClip(path, fps)
    if path.suffix.lower() in PICTURES:
        raise ClipError(f"{path} is a single picture, not a clip; open the folder {path.parent} that holds its frames.")
    # PyAV costs a tenth of a second to import, which a folder need not pay.
    from mer_core.clips.video import VideoClip

    return VideoClip(path, fps, progress=progress, index_folder=index_folder)
