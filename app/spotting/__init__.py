"""Movements found in the open clip, and the marks they suggest."""
