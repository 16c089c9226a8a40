"""Boxes: a small head on the features of views of the pictures."""
