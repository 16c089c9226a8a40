"""The doors for clients of AWS: one folder a dialect, one small function an operation."""
