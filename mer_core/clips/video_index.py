"""The frames of a video, listed without decoding: which packet shows when, and where decoding can start."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mer_core.clips.truncation import refuse_if_cut, unreadable
from mer_core.errors import ClipError
from mer_core.progress import Progress, silent

_INTRA_ONLY = frozenset({"mjpeg", "rawvideo", "ffv1", "huffyuv", "ffvhuff", "utvideo", "prores", "dnxhd", "png", "gif"})
# Containers that store no presentation times worth the name, and a codec that hides packets which show nothing.
_UNTIMED_CONTAINERS = frozenset({"avi", "mpeg", "mpegts", "h264", "hevc", "m4v", "mpegvideo"})
_HIDING_CODECS = frozenset({"vp8"})
_TELL_EVERY = 4096  # packets between two words on how far the listing is
NONE = np.iinfo(np.int64).min  # a time the file does not tell


@dataclass(frozen=True, eq=False)
class Packets:
    """The coded pictures in the file's own (decoding) order; arrays, as an hour at 200 frames a second has 720,000.

    Attributes:
        pos: (P,) int64 place in the file in bytes, -1 where unknown.
        size: (P,) int32 bytes.
        dts, pts: (P,) int64 ticks of the stream's clock, NONE where the file tells none.
        key: (P,) bool, decoding can start here.
        discard: (P,) bool, not to be shown.
    """

    pos: np.ndarray
    size: np.ndarray
    dts: np.ndarray
    pts: np.ndarray
    key: np.ndarray
    discard: np.ndarray

    def __len__(self) -> int:
        return len(self.pos)

    def ordinal(self, pos: int | None, size: int, dts: int | None) -> int | None:
        """Which of the packets this is; None if its place is unknown or it is none of them."""
        if pos is None or pos < 0:
            return None
        order = self._by_place
        places = self.pos if order is None else self.pos[order]
        for at in range(int(np.searchsorted(places, pos)), len(self)):
            if places[at] != pos:
                return None
            k = at if order is None else int(order[at])
            if self.size[k] == size and self.dts[k] == (NONE if dts is None else dts):
                return k
        return None

    @cached_property
    def _by_place(self) -> np.ndarray | None:
        """The packets in order of their place; None where that is the order they are in."""
        return None if (np.diff(self.pos) >= 0).all() else np.argsort(self.pos, kind="stable")


@dataclass(frozen=True, eq=False)
class VideoIndex:
    """Frames in the order shown.

    Attributes:
        packets: all coded pictures, in decoding order.
        timed: whether the packets' own pts name their frames.
        order: (N,) int32, the packet of each frame; packets that show nothing are absent.
        times: (N,) float64, seconds from the first frame.
        rate: frames per second as the file tells.
    """

    packets: Packets
    timed: bool
    order: np.ndarray
    times: np.ndarray
    rate: float

    @cached_property
    def stamps(self) -> np.ndarray:
        """(P,) int64 per packet, what the decoder is to hand through as the frame's pts: it names the frame."""
        return self.packets.pts if self.timed else np.arange(len(self.packets))

    @cached_property
    def ranks(self) -> np.ndarray:
        """(P,) int32 frame index of a packet; -1 where it shows nothing."""
        ranks = np.full(len(self.packets), -1, np.int32)
        ranks[self.order] = np.arange(len(self.order), dtype=np.int32)
        return ranks

    @cached_property
    def keys(self) -> np.ndarray:
        """(N,) int32, the packet to decode a frame from: the last key packet (in decoding order) not shown after it.

        Frames between a key picture and those shown before it may refer to the group before; hence "not shown after".
        """
        # A key picture that is itself not shown (edit lists) can start what is decoded after it.
        starts = np.zeros(len(self.order), np.int32)
        shown_keys = np.flatnonzero(self.packets.key & (self.ranks >= 0)).astype(np.int32)
        starts[self.ranks[shown_keys]] = shown_keys
        return np.maximum.accumulate(starts)

    def rank(self, stamp: int) -> int | None:
        """The frame index of a stamp; None where it shows nothing."""
        if not self.timed:
            rank = int(self.ranks[stamp]) if 0 <= stamp < len(self.ranks) else -1
            return rank if rank >= 0 else None
        at = int(np.searchsorted(self._shown_stamps, stamp))
        if at == len(self._shown_stamps) or self._shown_stamps[at] != stamp:
            return None
        return at if self._shown_ranks is None else int(self._shown_ranks[at])

    @cached_property
    def _shown_stamps(self) -> np.ndarray:
        shown = self.stamps[self.order]
        return shown if self._shown_ranks is None else shown[self._shown_ranks]

    @cached_property
    def _shown_ranks(self) -> np.ndarray | None:
        """The frames in order of their stamps; None where that is the order shown, as it mostly is."""
        shown = self.stamps[self.order]
        return None if (np.diff(shown) > 0).all() else np.argsort(shown, kind="stable")


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """Container and picture stream, ready to decode; ClipError if there is none."""
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as error:
        raise unreadable(path, error) from error
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream):
        container.close()
        raise ClipError(f"{path} holds no video, only other data such as sound; choose the file with the pictures.")
    if stream.codec_context is None:
        container.close()
        raise ClipError(f"{path} is coded in a way this program cannot decode; convert it to H.264, FFV1 or pictures.")
    # Threads by frame decode faster on end, but each seek must fill their pipeline first: up to 4 times slower.
    stream.thread_type = "SLICE"
    return container, stream


def index_video(path: Path, progress: Progress = silent) -> VideoIndex:
    """List the frames of the video `path`; ClipError where it is damaged, cut short or empty.

    `progress` gets the bytes looked at and the file's size.
    """
    container, stream = open_video(path)
    try:
        packets = _packets(container, stream, path.stat().st_size, progress)
        refuse_if_cut(path, container, stream, len(packets))
        timed = _well_timed(packets)
        if timed and not _doubtful(container, stream, packets):
            shown = np.flatnonzero(~packets.discard)
            order = shown[np.argsort(packets.pts[shown], kind="stable")]
        else:
            stamps = packets.pts if timed else np.arange(len(packets))
            order = _decoded_order(path, stamps, progress)
        if not len(order):
            raise ClipError(f"No frame of the video {path} can be decoded; convert it again from its source.")
        times, rate = _times(packets.pts[order] if timed else None, len(order), stream)
    except av.error.FFmpegError as error:
        raise unreadable(path, error) from error
    finally:
        container.close()
    return VideoIndex(packets, timed, order.astype(np.int32), times, rate)


def stamped_frames(
    packets: Iterator[av.Packet],
    stamps: np.ndarray,
    ordinal: int,
    before_each: Callable[[int], object] = lambda _: None,
) -> Iterator[VideoFrame]:
    """Decode `packets`, the first of which is number `ordinal` of the file; a frame's pts is its packet's stamp.

    The packets' own times are not used: after a seek some readers guess them. Raises av's errors where a packet is
    damaged, except before the first frame, where a cut has left packets that refer to what is no longer there.
    `before_each` is called with each packet's number before it is decoded, and may wait.
    """
    begun = False
    for packet in packets:
        before_each(ordinal)
        if packet.size:
            # Beyond the stamps there is only a last packet cut in two by the file's end.
            packet.pts = int(stamps[ordinal]) if ordinal < len(stamps) else None
            ordinal += 1
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            if begun:
                raise
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                begun = True
                yield frame


def _packets(container: InputContainer, stream: VideoStream, file_size: int, progress: Progress) -> Packets:
    """All packets of the stream, but for one that the file's end cuts in two (and the reader's own, empty last one)."""
    pos, size, dts, pts, flags = array("q"), array("i"), array("q"), array("q"), array("b")
    cut = False
    none = int(NONE)
    for p in container.demux(stream):
        length = p.size
        if length:
            place, decoded_at, shown_at = p.pos, p.dts, p.pts
            pos.append(-1 if place is None else place)
            size.append(length)
            dts.append(none if decoded_at is None else decoded_at)
            pts.append(none if shown_at is None else shown_at)
            flags.append(p.is_keyframe + 2 * p.is_discard)
            cut = p.is_corrupt
            if not len(pos) % _TELL_EVERY:
                progress(min(max(pos[-1], 0), file_size), file_size, "Listing frames")
    kept = len(pos) - cut
    flag = np.array(flags, np.int8)[:kept]
    return Packets(
        np.array(pos, np.int64)[:kept],
        np.array(size, np.int32)[:kept],
        np.array(dts, np.int64)[:kept],
        np.array(pts, np.int64)[:kept],
        (flag & 1).astype(bool),
        (flag & 2).astype(bool),
    )


def _well_timed(packets: Packets) -> bool:
    """Whether every packet has a time of its own."""
    ordered = np.sort(packets.pts)
    return not len(ordered) or bool(ordered[0] != NONE and (np.diff(ordered) > 0).all())


def _doubtful(container: InputContainer, stream: VideoStream, packets: Packets) -> bool:
    """Whether the packets alone do not tell which frames the decoder will show, so that it must be tried once."""
    codec = stream.codec_context.name
    if codec in _INTRA_ONLY:
        return False
    if codec in _HIDING_CODECS or set(container.format.name.split(",")) & _UNTIMED_CONTAINERS:
        return True
    # Pictures shown before the first key picture refer to what a cut has left behind; some decoders drop them.
    shown = ~packets.discard
    keys = np.flatnonzero(packets.key & shown)
    if not len(keys):
        return True
    first = int(keys[0])
    if first:
        return bool(shown[:first].any())
    return bool((packets.pts[shown] < packets.pts[first]).any())


def _decoded_order(path: Path, stamps: np.ndarray, progress: Progress) -> np.ndarray:
    """Packets in the order in which a full sequential decoding shows their frames."""
    packet_of = {int(stamp): k for k, stamp in enumerate(stamps)}
    order: dict[int, None] = {}
    container, stream = open_video(path)
    try:
        for frame in stamped_frames(container.demux(stream), stamps, 0):
            if frame.pts is not None and not frame.is_corrupt and frame.pts in packet_of:
                order[packet_of[frame.pts]] = None
                progress(min(len(order), len(stamps)), len(stamps), "Looking through the frames")
    finally:
        container.close()
    return np.fromiter(order, np.int64, len(order))


def _times(ticks: np.ndarray | None, count: int, stream: VideoStream) -> tuple[np.ndarray, float]:
    """Seconds of each frame from the first, and frames per second."""
    told = float(stream.average_rate or stream.guessed_rate or 0)
    if ticks is None or count < 2 or stream.time_base is None:
        rate = told or 25.0
        return np.arange(count) / rate, rate
    # Sorted: AVI counts packets, not frames shown, so that its times hold but not their order.
    times = np.sort(ticks).astype(np.float64) * float(stream.time_base)
    times -= times[0]
    measured = (count - 1) / float(times[-1])
    # The stored rate is the rounder number; where it belies the frames' own times (broken headers), they count.
    return times, told if told and abs(measured / told - 1) < 0.005 else measured
