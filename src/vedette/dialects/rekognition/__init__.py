"""Rekognition Custom Labels: what it asks of lines, pictures and manifests, and the documents it writes."""
