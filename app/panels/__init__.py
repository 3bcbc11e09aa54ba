"""The docks around the video."""
