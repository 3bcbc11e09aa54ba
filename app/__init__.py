"""The Qt window. It shows and asks; everything computed comes from mer_core."""
