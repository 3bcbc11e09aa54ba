"""A clip stored as a video, read exactly: a frame is named by its time stamp, never by counting from a seek."""

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from mer_core.clips.clip import Clip, digest
from mer_core.clips.truncation import unreadable
from mer_core.clips.video_index import VideoIndex, index_video, open_video
from mer_core.errors import ClipError

_SEEK_COST = 8  # frames: a seek empties the decoder's pipeline, so that few frames ahead are sooner decoded through


class VideoClip(Clip):
    """A video file; variable rate, B-frames, edit lists and rotation included. Pixels are taken as square."""

    def __init__(self, path: Path, fps: float | None = None, *, index: VideoIndex | None = None) -> None:
        """Raises ClipError where the file is no video, damaged or cut short. `index` spares listing it again."""
        self.path = path
        self._index = index or index_video(path)
        self.fps = fps or self._index.rate
        self.fps_known = True
        self.numbers = tuple(range(len(self._index.times)))
        # A rate given by the user means the stored clock is wrong by one factor; uneven spacing stays.
        self.times = self._index.times * (self._index.rate / self.fps)
        self._lock = threading.Lock()
        self._decoder = _Decoder(path, self._index)
        self._convert = VideoReformatter()
        self._shape: tuple[int, ...] | None = None
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

    def reader(self) -> "VideoClip":
        return VideoClip(self.path, self.fps, index=self._index)

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


class _Decoder:
    """Decodes the frame asked for, going on from the last one where that is no detour."""

    def __init__(self, path: Path, index: VideoIndex) -> None:
        self._path = path
        self._index = index
        self._ordinals = {(p.pos, p.size, p.dts): k for k, p in enumerate(index.packets) if p.pos >= 0}
        self._container: av.container.InputContainer | None = None
        self._frames: Iterator[tuple[int, VideoFrame]] = iter(())
        self._at = -1  # index of the frame last decoded; -1: nowhere
        self._last: VideoFrame | None = None

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
        self._frames, self._at, self._last = iter(()), -1, None

    def frame(self, wanted: int) -> VideoFrame:
        """The frame at index `wanted`; ClipError where decoding does not give that very frame."""
        if wanted == self._at and self._last is not None:
            return self._last
        try:
            for frames in self._ways_to(wanted):
                self._frames, self._at, self._last = frames, -1, None
                for at, frame in frames:
                    if at >= wanted:
                        self._at, self._last = at, frame
                        break
                if self._at == wanted and self._last is not None and not self._last.is_corrupt:
                    return self._last
        except av.error.FFmpegError as error:
            self.close()
            raise self._refusal(wanted) from error
        except OSError as error:
            self.close()
            raise unreadable(self._path, error) from error
        self.close()
        raise self._refusal(wanted)

    def _ways_to(self, wanted: int) -> Iterator[Iterator[tuple[int, VideoFrame]]]:
        """Decodings that come to `wanted`, the cheapest first, the one from the very start last."""
        start = self._index.keys[wanted]
        start_rank = self._index.rank.get(self._index.stamps[start], 0)
        if 0 <= self._at < wanted and wanted - self._at <= wanted - start_rank + _SEEK_COST:
            yield self._frames
        while start > 0:
            frames = self._decode_from(start)
            if frames is not None:
                yield frames
            # The picture needs more than the last key picture: some streams' "keys" are none.
            start_rank = self._index.rank.get(self._index.stamps[start], 0)
            start = self._index.keys[start_rank - 1] if start_rank > 0 else 0
        yield self._decode_from_beginning()

    def _decode_from(self, start: int) -> Iterator[tuple[int, VideoFrame]] | None:
        """Decode from key packet `start` on; None where the file cannot be sought to just there or before."""
        if self._container is None:
            self._container, _ = open_video(self._path)
        stream = self._container.streams.best("video")
        packet = self._index.packets[start]
        target = packet.dts if packet.dts is not None else packet.pts
        if target is None or stream is None:
            return None
        try:
            self._container.seek(target, stream=stream)
        except av.error.FFmpegError:
            return None
        packets = self._container.demux(stream)
        first = next(packets)
        ordinal = self._ordinals.get((-1 if first.pos is None else first.pos, first.size, first.dts))
        if ordinal is None or ordinal > start:
            return None
        return self._decode(first, packets, ordinal)

    def _decode_from_beginning(self) -> Iterator[tuple[int, VideoFrame]]:
        self.close()
        self._container, stream = open_video(self._path)
        packets = self._container.demux(stream)
        return self._decode(next(packets), packets, 0)

    def _decode(
        self, packet: av.Packet, packets: Iterator[av.Packet], ordinal: int
    ) -> Iterator[tuple[int, VideoFrame]]:
        """Frames with their indices. Each packet is stamped from the index: after a seek some readers guess times."""
        while True:
            if packet.size:
                if ordinal < len(self._index.stamps):
                    packet.pts = self._index.stamps[ordinal]
                else:  # an incomplete last packet, which the index leaves out
                    packet.pts = None
                ordinal += 1
            for frame in packet.decode():
                at = self._index.rank.get(frame.pts) if frame.pts is not None else None
                if at is not None and isinstance(frame, VideoFrame):
                    yield at, frame
            following = next(packets, None)
            if following is None:
                return
            packet = following

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
    matrix = np.frombuffer(memoryview(data), "<i4").astype(float) / 65536
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    turns = round(float(np.degrees(np.arctan2(-b, a))) / 90) % 4
    return (turns, mirrored) if turns or mirrored else None
