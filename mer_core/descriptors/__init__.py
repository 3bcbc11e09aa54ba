"""Hand-made descriptors of motion: a clip or its flow → one vector. numpy and OpenCV only."""

from mer_core.descriptors.hog3d import hog3d
from mer_core.descriptors.hoof import hoof, pair_flows
from mer_core.descriptors.lbp_top import lbp_top

__all__ = ["hog3d", "hoof", "lbp_top", "pair_flows"]
