"""Open, index and read a clip, exact to the frame: a folder of frames or a video."""

from mer_core.clips.buffer import FrameBuffer
from mer_core.clips.clip import Clip
from mer_core.clips.opening import open_clip

__all__ = ["Clip", "FrameBuffer", "open_clip"]
