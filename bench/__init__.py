"""Every figure that this project claims, each beside its limit or its peer in the same run."""
