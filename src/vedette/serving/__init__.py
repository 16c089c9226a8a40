"""Trained versions in service: units that are started, kept up and scaled, and pictures that they look at."""
