"""Videos cut short: found at once, and said, with how far they could be read."""

from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from mer_core.errors import ClipError

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
_SEGMENT = b"\x18\x53\x80\x67"  # Matroska: the element that holds everything but the header


def unreadable(path: Path, error: Exception) -> ClipError:
    """The sentence for a file that does not open as a video."""
    if isinstance(error, PermissionError):
        return ClipError(f"You are not allowed to read {path}; change its permissions or copy it elsewhere.")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return ClipError(f"{path} cannot be read any more; check whether it was moved, or its drive disconnected.")
    if not head:
        return ClipError(f"{path} is empty (0 bytes); copy it again from its source.")
    if head[4:8] in _MP4_BOXES:
        return ClipError(
            f"The video {path} is cut short: its table of frames (moov), which stands at the end, is missing, "
            "so not one frame can be read; copy or record it again."
        )
    return ClipError(f"{path} is not a video this program can read, or is damaged; check that it plays elsewhere.")


def refuse_if_cut(path: Path, container: InputContainer, stream: VideoStream, whole: int) -> None:
    """Raise ClipError where the file is shorter than its own tables say; `whole` packets of it are complete."""
    size = path.stat().st_size
    kind = container.format.name
    # These list every frame with its place; the others' tables are partial, or made up while reading.
    entries = stream.index_entries if kind.startswith("mov") else ()
    # As many as listed, all whole: nothing is missing, and 720,000 need not be gone through.
    inside = whole if whole == len(entries) else sum(entry.pos + entry.size <= size for entry in entries)
    if inside == len(entries) and not _ends_early(path, size, kind):
        return
    frames = f"first {inside} of {len(entries)} frames" if entries else f"first {whole} frames"
    rate = float(stream.average_rate or 0)
    seconds = f" ({(inside if entries else whole) / rate:.2f} s)" if rate else ""
    raise ClipError(
        f"The video {path} is cut short: only its {frames}{seconds} are in the file; copy it again from its source."
    )


def _ends_early(path: Path, size: int, kind: str) -> bool:
    """Whether the file's own header promises more bytes, or the sign that ends it is missing."""
    with path.open("rb") as file:
        head = file.read(4096)
        if kind == "avi" and head[:4] == b"RIFF":
            length = int.from_bytes(head[4:8], "little")
            return length != 0xFFFFFFFF and 8 + length > size
        if kind.startswith("matroska") and _SEGMENT in head:
            return _segment_end(head) > size
        if kind == "gif":
            file.seek(max(0, size - 1024))
            return not file.read().rstrip(b"\0\r\n ").endswith(b";")
    return False


def _segment_end(head: bytes) -> int:
    """Where a Matroska file's segment ends; 0 if the writer left that unknown (a live recording)."""
    at = head.index(_SEGMENT) + 4
    width = 9 - head[at].bit_length()
    length = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    return 0 if length == (1 << 7 * width) - 1 else at + width + length
