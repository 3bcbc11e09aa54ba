"""Settings, FU-MIX, and the training of all folds at once. Importing this package does not import torch."""
