"""Indices of long videos kept on disk, so that a video is listed once, not at every opening."""

import os
from pathlib import Path

import numpy as np

from mer_core.clips.video_index import Packets, VideoIndex
from mer_core.damage import DAMAGE

_VERSION = 1  # counts up when what an index says changes
_KEPT = 16  # the newest; an hour at 200 frames a second takes 25 MB
_ARRAYS = ("pos", "size", "dts", "pts", "key", "discard")


def index_file(folder: Path, video: Path, fingerprint: str) -> Path:
    """Where the index of a video is kept: by its content, and its date lest a part no fingerprint saw was changed."""
    return folder / f"{fingerprint}-{video.stat().st_mtime_ns:x}-{_VERSION}.npz"


def load_index(file: Path) -> VideoIndex | None:
    """The index kept in `file`; None where there is none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            packets = Packets(*(kept[name] for name in _ARRAYS))
            return VideoIndex(packets, bool(kept["timed"]), kept["order"], kept["times"], float(kept["rate"]))
    except DAMAGE:
        return None


def save_index(file: Path, index: VideoIndex) -> None:
    """Keep an index; where the disk does not take it the video is listed again next time, which is no error."""
    unfinished = file.with_name(f"{file.stem}.{os.getpid()}.tmp")
    arrays = {name: getattr(index.packets, name) for name in _ARRAYS}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as stream:
            np.savez(stream, timed=index.timed, order=index.order, times=index.times, rate=index.rate, **arrays)
        unfinished.replace(file)
        newest_first = sorted(file.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for old in newest_first[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        unfinished.unlink(missing_ok=True)
