"""Which paths are the server's own, on the port that it shares with path-style buckets.

The one place that says so: the front keeps these paths to itself, and the S3 door makes no bucket of
their names.
"""

# Asked by what watches over a server, under whichever name that knows it.
HEALTH = frozenset({"/healthz", "/readyz"})
METRICS = "/metrics"
# Pages for browsers, and what they call. A bucket's name has three characters, so that none is "-".
FOLDERS = ("/console/", "/-/")
# The last two are roots of services whose paths name their version.
NO_BUCKETS = frozenset({"console", "metrics", "healthz", "readyz", "2020-11-20", "2015-03-31"})


def is_own_path(path: str) -> bool:
    """Return whether the (decoded) path is one of ours."""
    return path in HEALTH or path in (METRICS, "/console") or path.startswith(FOLDERS)
