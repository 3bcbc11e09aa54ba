"""Micro-expressions: clips, faces, flow, labels, training and evaluation. Never imports Qt."""

__version__ = "0.1.0"
