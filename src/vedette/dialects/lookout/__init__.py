"""Lookout for Vision: what it asks of lines, pictures and datasets, and the documents it writes."""
