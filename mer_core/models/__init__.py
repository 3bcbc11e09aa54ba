"""Networks, one a file, and the registry that knows them by name. Importing this package does not import torch."""
