"""Micro-expressions: clips, faces, flow, labels, training and evaluation. Never imports Qt."""
