"""Masks of anomalies: which places of a picture are of which type, and whether it is anomalous at all."""
