"""Protocols, metrics and the evaluation of a method. Importing this package does not import torch."""
