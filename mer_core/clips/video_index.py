"""The frames of a video, listed without decoding: which packet shows when, and where decoding can start."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mer_core.clips.truncation import refuse_if_cut, unreadable
from mer_core.errors import ClipError

_INTRA_ONLY = frozenset({"mjpeg", "rawvideo", "ffv1", "huffyuv", "ffvhuff", "utvideo", "prores", "dnxhd", "png", "gif"})
# Containers that store no presentation times worth the name, and a codec that hides packets which show nothing.
_UNTIMED_CONTAINERS = frozenset({"avi", "mpeg", "mpegts", "h264", "hevc", "m4v", "mpegvideo"})
_HIDING_CODECS = frozenset({"vp8"})


@dataclass(frozen=True)
class Packet:
    """One coded picture, in the file's own (decoding) order."""

    pos: int
    size: int
    dts: int | None
    pts: int | None
    key: bool
    discard: bool


@dataclass(frozen=True)
class VideoIndex:
    """Frames in the order shown.

    Attributes:
        packets: all coded pictures, in decoding order.
        stamps: per packet, what the decoder is to hand through as the frame's pts: unique, so it names the frame.
        rank: frame index of a stamp; packets that show nothing are absent.
        keys: per frame index, the packet from which to decode it: the last key packet shown at or before it.
        times: (N,) float64, seconds from the first frame.
        rate: frames per second as the file tells.
    """

    packets: tuple[Packet, ...]
    stamps: tuple[int, ...]
    rank: dict[int, int]
    keys: tuple[int, ...]
    times: np.ndarray
    rate: float


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
    stream.thread_type = "AUTO"
    return container, stream


def index_video(path: Path) -> VideoIndex:
    """List the frames of the video `path`; ClipError where it is damaged, cut short or empty."""
    container, stream = open_video(path)
    try:
        packets = _packets(container, stream)
        refuse_if_cut(path, container, stream, len(packets))
        timed = _well_timed(packets)
        shown = sorted((p.pts, k) for k, p in enumerate(packets) if not p.discard and p.pts is not None)
        doubtful = _doubtful(container, stream, packets)
        stamps = tuple(p.pts if timed and p.pts is not None else k for k, p in enumerate(packets))
        if timed and not doubtful:
            order = [k for _, k in shown]
        else:
            order = _decoded_order(path, stamps)
        if not order:
            raise ClipError(f"No frame of the video {path} can be decoded; convert it again from its source.")
        ticks = [packets[k].pts for k in order] if timed else None
        times, rate = _times(ticks, len(order), stream)
    except av.error.FFmpegError as error:
        raise unreadable(path, error) from error
    finally:
        container.close()
    rank = {stamps[k]: index for index, k in enumerate(order)}
    return VideoIndex(packets, stamps, rank, _starting_points(packets, order), times, rate)


def stamped_frames(packets: Iterator[av.Packet], stamps: tuple[int, ...], ordinal: int) -> Iterator[VideoFrame]:
    """Decode `packets`, the first of which is number `ordinal` of the file; a frame's pts is its packet's stamp.

    The packets' own times are not used: after a seek some readers guess them. Raises av's errors where a packet is
    damaged, except before the first frame, where a cut has left packets that refer to what is no longer there.
    """
    begun = False
    for packet in packets:
        if packet.size:
            # Beyond the stamps there is only a last packet cut in two by the file's end.
            packet.pts = stamps[ordinal] if ordinal < len(stamps) else None
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


def _packets(container: InputContainer, stream: VideoStream) -> tuple[Packet, ...]:
    """All packets of the stream, but for one that the file's end cuts in two (and the reader's own, empty last one)."""
    packets = []
    cut = False
    for p in container.demux(stream):
        if p.size:
            pos = -1 if p.pos is None else p.pos
            packets.append(Packet(pos, p.size, p.dts, p.pts, bool(p.is_keyframe), bool(p.is_discard)))
            cut = p.is_corrupt
    return tuple(packets[:-1] if cut else packets)


def _well_timed(packets: tuple[Packet, ...]) -> bool:
    pts = [p.pts for p in packets if not p.discard]
    stamps = {p.pts for p in packets}
    return None not in stamps and len(set(pts)) == len(pts) and len(stamps) == len(packets)


def _doubtful(container: InputContainer, stream: VideoStream, packets: tuple[Packet, ...]) -> bool:
    """Whether the packets alone do not tell which frames the decoder will show, so that it must be tried once."""
    codec = stream.codec_context.name
    if codec in _INTRA_ONLY:
        return False
    if codec in _HIDING_CODECS or set(container.format.name.split(",")) & _UNTIMED_CONTAINERS:
        return True
    # Pictures shown before the first key picture refer to what a cut has left behind; some decoders drop them.
    first = next((p for p in packets if p.key and not p.discard), None)
    if first is None or first is not packets[0]:
        return any(not p.discard for p in packets[: packets.index(first)]) if first else True
    return any(p.pts is not None and first.pts is not None and p.pts < first.pts for p in packets if not p.discard)


def _decoded_order(path: Path, stamps: tuple[int, ...]) -> list[int]:
    """Packets in the order in which a full sequential decoding shows their frames."""
    packet_of = {stamp: k for k, stamp in enumerate(stamps)}
    container, stream = open_video(path)
    try:
        frames = stamped_frames(container.demux(stream), stamps, 0)
        shown = (packet_of.get(frame.pts) for frame in frames if frame.pts is not None and not frame.is_corrupt)
        return list(dict.fromkeys(k for k in shown if k is not None))
    finally:
        container.close()


def _times(ticks: list[int | None] | None, count: int, stream: VideoStream) -> tuple[np.ndarray, float]:
    """Seconds of each frame from the first, and frames per second."""
    told = float(stream.average_rate or stream.guessed_rate or 0)
    if ticks is None or count < 2 or stream.time_base is None:
        rate = told or 25.0
        return np.arange(count) / rate, rate
    # Sorted: AVI counts packets, not frames shown, so that its times hold but not their order.
    times = np.sort(np.array(ticks, np.float64)) * float(stream.time_base)
    times -= times[0]
    measured = (count - 1) / float(times[-1])
    # The stored rate is the rounder number; where it belies the frames' own times (broken headers), they count.
    return times, told if told and abs(measured / told - 1) < 0.005 else measured


def _starting_points(packets: tuple[Packet, ...], order: list[int]) -> tuple[int, ...]:
    """Per frame, the packet to decode from: the last key packet (in decoding order) not shown after it.

    Frames between a key picture and those shown before it may refer to the group before; hence "not shown after".
    """
    rank = {k: index for index, k in enumerate(order)}
    # A key picture that is itself not shown (edit lists) can start what is decoded after it.
    starts = [0] * len(order)
    for k, packet in enumerate(packets):
        if packet.key and k in rank:
            starts[rank[k]] = k
    latest = 0
    for index, start in enumerate(starts):
        latest = starts[index] = max(latest, start)
    return tuple(starts)
