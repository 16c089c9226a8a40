"""The buckets that a project may use, by the rules of its dialect.

Asked when a dataset is made or changed, and when a training begins.
"""

from vedette.dialects.dialect import Home
from vedette.errors import Missing
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
