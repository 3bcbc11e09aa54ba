"""Generated clips with known truth: a real face photograph moved by small facial actions."""

from mer_core.datasets.sample.make import make_sample
from mer_core.datasets.sample.plan import SampleClip

__all__ = ["SampleClip", "make_sample"]
