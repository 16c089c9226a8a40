"""The buckets that a project may use, by the rules of its dialect, and folders in them.

Asked when a dataset is made or changed, and when a training begins.
"""

from vedette.dialects.dialect import Home
from vedette.errors import Missing, Wrong
from vedette.projects.project import Scope
from vedette.store.blobs.port import Blobs


def bucket_problem(blobs: Blobs, bucket: str, scope: Scope) -> str:
    """Return why a project of this scope may not use a bucket, in a sentence; nothing where it may.

    A bucket that does not exist is no problem here: whoever opens an object in it says so.
    """
    if not bucket:
        return ""

    def find_home() -> Home:
        return Home(blobs.owner(bucket), blobs.region(bucket))

    try:
        return scope.dialect.bucket_problem(bucket, Home(scope.account, scope.region), find_home)
    except Missing:
        return ""


def split_folder(address: str) -> tuple[str, str]:
    """Return the bucket and the prefix of s3://bucket/folder/; a folder's name ends where a slash is."""
    head, _, rest = address.strip().partition("://")
    bucket, _, prefix = rest.partition("/")
    if head.lower() != "s3" or not bucket or any(not letter.isprintable() for letter in prefix):
        raise Wrong(
            f"{address[:100]!r} is no folder in a bucket: it has the form s3://bucket/folder/.",
            kind="bucket",
            name=address[:100],
        )
    return bucket, prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
