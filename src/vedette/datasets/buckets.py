"""The buckets of a Lookout project: of its own account and region, all of them (lookout.md 1.6, 12.7).

Asked when a dataset is made or changed, and when a training begins. Custom Labels asks for less.
"""

from vedette.errors import Missing
from vedette.manifest.problems import CODES
from vedette.projects.project import Scope
from vedette.store.blobs.port import Blobs


def bucket_problem(blobs: Blobs, bucket: str, scope: Scope) -> str:
    """Return why a project of this scope may not use a bucket, in a sentence; nothing where it may.

    Of a bucket that does not exist nothing is said here: whoever opens an object in it says so.
    """
    if scope.service != "lookoutvision" or not bucket:
        return ""
    try:
        owner, region = blobs.owner(bucket), blobs.region(bucket)
    except Missing:
        return ""
    if owner != scope.account:
        return CODES["LOOKOUT_OWNER"].say(bucket)
    if region and region != scope.region:
        return CODES["LOOKOUT_REGION"].say(bucket, region, scope.region)
    return ""
