"""A clip stored as a video, read exactly: a frame is named by its time stamp, never by counting from a seek."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from mer_core.clips.clip import Clip, digest
from mer_core.clips.index_cache import index_file, load_index, save_index
from mer_core.clips.truncation import unreadable
from mer_core.clips.video_index import NONE, VideoIndex, index_video, open_video, stamped_frames
from mer_core.errors import Cancelled, ClipError
from mer_core.progress import Progress, silent

_RECENT_BYTES = 128 << 20  # stepping back in a long group of pictures would else decode the group for every step
_WORTH_KEEPING = 1.0  # seconds of listing from which on the index is kept on disk
_DIRECT = 32  # frames: on a way no longer than that, what lies on it is not worth being decoded for its own sake
_MARKS_UNREFERRED = frozenset({"h264"})  # codecs whose pictures say for certain that no other refers to them
_SEEK_COST = 8  # frames: a seek empties the decoder's pipeline, so that few frames ahead are sooner decoded through


class VideoClip(Clip):
    """A video file; variable rate, B-frames, edit lists and rotation included. Pixels are taken as square."""

    def __init__(
        self,
        path: Path,
        fps: float | None = None,
        *,
        index: VideoIndex | None = None,
        index_folder: Path | None = None,
        progress: Progress = silent,
        recent_bytes: int = _RECENT_BYTES,
        stand_aside: Callable[[], object] = lambda: None,
    ) -> None:
        """Raises ClipError where the file is no video, damaged or cut short.

        `index` spares listing the file again; `index_folder` is where indices of long videos are kept from one opening
        to the next; `progress` is of the listing. `recent_bytes` bounds the frames kept because they were decoded on
        the way to others. `stand_aside` is called before each picture is decoded: it may wait, or raise to give up.
        """
        self.path = path
        self._index = index or _index(path, index_folder, progress)
        self.fps = fps or self._index.rate
        self.fps_known = True
        self.numbers = range(len(self._index.times))
        # A rate given by the user means the stored clock is wrong by one factor; uneven spacing stays.
        self.times = self._index.times * (self._index.rate / self.fps)
        self._lock = threading.Lock()
        self._decoder = _Decoder(path, self._index, recent_bytes, stand_aside)
        self._convert = VideoReformatter()
        self._shape: tuple[int, ...] | None = None
        if index is None:
            self.height, self.width = self.read(0).shape[:2]

    def read(self, index: int) -> np.ndarray:
        self._check(index)
        with self._lock:
            picture = self._picture(self._decoder.frame(index))
        if self._shape is None:
            self._shape = picture.shape
        elif picture.shape != self._shape:
            raise ClipError(
                f"The video {self.path} changes its size at frame {index}; convert it to one size of picture."
            )
        return picture

    def reader(self, stand_aside: Callable[[], object] = lambda: None) -> "VideoClip":
        other = VideoClip(self.path, self.fps, index=self._index, recent_bytes=0, stand_aside=stand_aside)
        other._shape, other.height, other.width = self._shape, self.height, self.width
        return other

    def run_start(self, index: int) -> int:
        return max(0, int(self._index.ranks[self._index.keys[index]]))

    def fingerprint(self) -> str:
        return digest((), (self.path,))

    def close(self) -> None:
        with self._lock:
            self._decoder.close()

    def _picture(self, frame: VideoFrame) -> np.ndarray:
        """(H, W, 3) uint8 RGB, turned as the file says it is to be shown."""
        picture = self._convert.reformat(frame, format="rgb24").to_ndarray()
        quarter_turns = _display_turn(frame)
        if quarter_turns is not None:
            turns, mirrored = quarter_turns
            picture = np.rot90(picture[:, ::-1] if mirrored else picture, turns)
        return np.ascontiguousarray(picture)


def _index(path: Path, folder: Path | None, progress: Progress) -> VideoIndex:
    """The frames of a video, from `folder` where they were listed before."""
    file = None
    if folder is not None and path.is_file():
        try:
            file = index_file(folder, path, digest((), (path,)))
        except OSError as error:
            raise unreadable(path, error) from error
        index = load_index(file)
        if index is not None:
            return index
    begun = time.monotonic()
    index = index_video(path, progress)
    if file is not None and time.monotonic() - begun > _WORTH_KEEPING:
        save_index(file, index)
    return index


class _Decoder:
    """Decodes the frame asked for, going on from the last one where that is no detour."""

    def __init__(self, path: Path, index: VideoIndex, recent_bytes: int, stand_aside: Callable[[], object]) -> None:
        self._path = path
        self._recent_bytes = recent_bytes
        self._recent: dict[int, VideoFrame] = {}  # in the order decoded
        self._index = index
        self._stand_aside = stand_aside
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._frames: Iterator[tuple[int, VideoFrame]] = iter(())
        self._at = -1  # index of the frame last decoded; -1: nowhere
        self._direct_to = -1  # the packet before which only what others refer to is decoded
        self._context: VideoCodecContext | None = None
        self._skip = False  # whether the decoder leaves such out now

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = self._stream = self._context = None
        self._frames, self._at = iter(()), -1
        self._recent.clear()

    def frame(self, wanted: int) -> VideoFrame:
        """The frame at index `wanted`; ClipError where decoding does not give that very frame."""
        if wanted in self._recent:
            return self._recent[wanted]
        try:
            for frames in self._ways_to(wanted):
                self._frames, self._at = frames, -1
                for at, frame in frames:
                    self._at = at
                    self._remember(at, frame)
                    if at == wanted and not frame.is_corrupt:
                        return frame
                    if at >= wanted:
                        break
        except av.error.FFmpegError as error:
            self.close()
            raise self._refusal(wanted) from error
        except OSError as error:
            self.close()
            raise unreadable(self._path, error) from error
        except Cancelled:
            self._frames, self._at = iter(()), -1  # what was on its way into the decoder is lost
            raise
        self.close()
        raise self._refusal(wanted)

    def _remember(self, at: int, frame: VideoFrame) -> None:
        self._recent.pop(at, None)
        if frame.is_corrupt:
            return
        self._recent[at] = frame
        frame_bytes = sum(plane.buffer_size for plane in frame.planes)
        while len(self._recent) > max(1, self._recent_bytes // frame_bytes):
            del self._recent[next(iter(self._recent))]

    def _ways_to(self, wanted: int) -> Iterator[Iterator[tuple[int, VideoFrame]]]:
        """Decodings that come to `wanted`, the cheapest first, the one from the very start last."""
        start = int(self._index.keys[wanted])
        start_rank = max(0, int(self._index.ranks[start]))
        if 0 <= self._at < wanted and wanted - self._at <= wanted - start_rank + _SEEK_COST:
            yield self._frames
        self._direct_to = int(self._index.order[wanted]) if wanted - start_rank <= _DIRECT else -1
        while True:
            frames = self._decode_from(start)
            if frames is not None:
                yield frames
            if start == 0:
                break
            # The picture needs more than the last key picture: some streams' "keys" are none.
            start_rank = max(0, int(self._index.ranks[start]))
            start = int(self._index.keys[start_rank - 1]) if start_rank > 0 else 0
            self._direct_to = -1
        self._direct_to = -1
        yield self._decode_from_beginning()

    def _decode_from(self, start: int) -> Iterator[tuple[int, VideoFrame]] | None:
        """Decode from key packet `start` on; None where the file cannot be sought to just there or before."""
        if self._container is None:
            self._take(open_video(self._path))
        stream = self._stream
        packets = self._index.packets
        ordinal: int | None = None
        if self._container is None or stream is None:
            return None
        # By the time shown first: an MP4 asked for the earlier time of decoding goes back a whole group more.
        for target in (int(packets.pts[start]), int(packets.dts[start])):
            if target == NONE:
                continue
            ordinal = None
            try:
                self._container.seek(target, stream=stream)
            except av.error.FFmpegError:
                continue
            read = self._container.demux(stream)
            first = next(read)
            ordinal = packets.ordinal(first.pos, first.size, first.dts)
            if ordinal == start:
                break
        else:
            if ordinal is None or ordinal > start:
                return None
        return self._ranked(chain((first,), read), ordinal)

    def _decode_from_beginning(self) -> Iterator[tuple[int, VideoFrame]]:
        if self._container is not None:
            self._container.close()
            self._container = None  # should the file be gone by now
        container, stream = self._take(open_video(self._path))
        return self._ranked(container.demux(stream), 0)

    def _take(self, opened: tuple[InputContainer, VideoStream]) -> tuple[InputContainer, VideoStream]:
        self._container, self._stream = opened
        self._context, self._skip = self._stream.codec_context, False
        return opened

    def _ranked(self, packets: Iterator[av.Packet], ordinal: int) -> Iterator[tuple[int, VideoFrame]]:
        """Frames with their indices, decoded from the packet that is number `ordinal` of the file."""
        for frame in stamped_frames(packets, self._index.stamps, ordinal, self._before):
            at = self._index.rank(frame.pts) if frame.pts is not None else None
            if at is not None:
                yield at, frame

    def _before(self, ordinal: int) -> None:
        """Before a packet is decoded: on the short way to one picture those to which no other refers are left out."""
        self._stand_aside()
        if self._context is not None and self._context.name in _MARKS_UNREFERRED:
            skip = ordinal < self._direct_to
            if skip != self._skip:
                self._context.skip_frame, self._skip = "NONREF" if skip else "DEFAULT", skip

    def _refusal(self, index: int) -> ClipError:
        return ClipError(
            f"Frame {index} of the video {self._path} cannot be decoded exactly, the file seems damaged there; "
            "copy it again or convert it."
        )


def _display_turn(frame: VideoFrame) -> tuple[int, bool] | None:
    """Quarter turns counter-clockwise, and whether mirrored left-right before; None if shown as stored."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return None
    # Nine 16.16 numbers; x' = a x + c y, y' = b x + d y, with y pointing down.
    matrix = np.frombuffer(bytes(cast(Buffer, data)), np.int32).astype(float) / 65536
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    turns = round(float(np.degrees(np.arctan2(-b, a))) / 90) % 4
    return (turns, mirrored) if turns or mirrored else None
