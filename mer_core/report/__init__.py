"""A study as a reader gets it: one HTML page that needs nothing beside it, CSV tables, a LaTeX table."""
