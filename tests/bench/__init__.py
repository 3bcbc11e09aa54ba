"""Benchmarks: figures beside those of other tools for the same work in the same run. Not part of the tests."""
