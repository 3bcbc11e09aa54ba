"""Where in a clip the face moves: its motion curve, and suggested onset, apex and offset."""

from mer_core.spotting.curve import WHOLE, MotionCurve
from mer_core.spotting.search import Spotting, spot
from mer_core.spotting.suggestion import Suggestion

__all__ = ["WHOLE", "MotionCurve", "Spotting", "Suggestion", "spot"]
