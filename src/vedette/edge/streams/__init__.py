"""Streams of pictures on a device: cameras, network streams and video files, looked at at a chosen rate."""
