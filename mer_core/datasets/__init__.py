"""Where clips with known labels come from."""
