"""One picture of a folder, read exactly or refused."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from mer_core.errors import ClipError

_DEPTHS = (8, 10, 12, 14, 16)  # bits, as cameras have
_LOOKED_AT = 9  # pictures


def read_picture(file: Path) -> np.ndarray:
    """(H, W, 3) uint8 or uint16 RGB, the values as they are stored. Raises ClipError."""
    try:
        data = file.read_bytes()  # not cv2.imread: it cannot open non-ASCII paths on Windows
    except OSError as error:
        raise ClipError(
            f"The frame {file} cannot be read ({error.strerror}); check the folder and its drive."
        ) from error
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH) if data else None
    if picture is None or _is_cut(data):
        raise ClipError(f"The frame {file} is damaged or no picture; copy it again, or move it out of the folder.")
    if picture.dtype not in (np.uint8, np.uint16):
        raise ClipError(f"The frame {file} holds {picture.dtype} values; save it with 8 or 16 bits a channel.")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def depth(files: Sequence[Path], first: np.ndarray) -> int:
    """How many bits of each value these pictures use, by a few of them; `first` is the first one.

    Cameras of 10 to 14 bits are often stored in 16, where their values would be next to black. It is one depth for the
    whole clip, so that tones stay comparable from frame to frame.
    """
    if first.dtype == np.uint8:
        return 8
    others = sorted({round(at) for at in np.linspace(0, len(files) - 1, _LOOKED_AT)} - {0})
    largest = int(first.max())
    for at in others:
        if largest >= 1 << _DEPTHS[-2]:
            break
        try:
            picture = read_picture(files[at])
        except ClipError:  # said where it is to be shown
            continue
        if picture.dtype == np.uint16:
            largest = max(largest, int(picture.max()))
    return next(bits for bits in _DEPTHS if largest < 1 << bits)


def to_8_bits(picture: np.ndarray, bits: int) -> np.ndarray:
    """(H, W, 3) uint8 of 16-bit values of which `bits` are used, beyond them white; of 8-bit ones as they are."""
    return picture if picture.dtype == np.uint8 else cv2.convertScaleAbs(picture, alpha=255 / ((1 << bits) - 1))


def _is_cut(data: bytes) -> bool:
    """Whether a JPEG or PNG ends early: OpenCV fills what is missing with grey and says nothing."""
    if data.startswith(b"\xff\xd8"):
        return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")
    return data.startswith(b"\x89PNG") and b"IEND" not in data[-64:]
