"""Seeing the clip: frames, playback."""
