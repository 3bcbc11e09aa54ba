"""Motion between two aligned pictures: optical flow, optical strain, head motion, the network's feature cube."""

from mer_core.flow.field import CUBE, FlowField, feature_cube, measure
from mer_core.flow.head_motion import HeadMotion
from mer_core.flow.methods import FLOW_METHODS, optical_flow
from mer_core.flow.settings import FlowSettings
from mer_core.flow.strain import strain_magnitude

__all__ = [
    "CUBE",
    "FLOW_METHODS",
    "FlowField",
    "FlowSettings",
    "HeadMotion",
    "feature_cube",
    "measure",
    "optical_flow",
    "strain_magnitude",
]
