"""The running server: the only place that knows every room."""
