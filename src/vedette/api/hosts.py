"""Which bucket a host name stands for: for S3's door, and for pages that must not take a bucket's place."""

import re

_ADDRESS = re.compile(r"[\d.]+|\[.*\]")


def bucket_of_host(host: str, domain: str) -> str:
    """Return the bucket that a host name stands for, or nothing."""
    name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
    name = name.lower()
    if not domain or _ADDRESS.fullmatch(name) or not name.endswith(f".{domain}"):
        return ""
    return name.removesuffix(f".{domain}")
