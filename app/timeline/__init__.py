"""The scrub bar with its marks."""
