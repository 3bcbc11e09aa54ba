"""The names of the data sets that can be imported, without what it takes to import them."""

NAMES = ("smic-hs", "smic-vis", "smic-nir", "casme", "casme2", "samm", "cas-me-2", "cas-me-3", "mmew", "4dme")
ALIASES = {"smic": "smic-hs"}
"""Other names for them."""
