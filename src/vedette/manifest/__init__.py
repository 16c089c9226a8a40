"""Manifest lines and what they say of a picture. No pictures are decoded here, and nothing is stored."""
