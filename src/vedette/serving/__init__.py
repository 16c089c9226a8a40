"""Trained versions in service: inference units, started, supervised and scaled, and what they detect."""
