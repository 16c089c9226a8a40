"""Trained models in use: the package, the session, and what its outputs mean. No torch."""
