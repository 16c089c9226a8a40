"""What callers reach in buckets through the other services: the S3 door's own decision.

AWS calls it forward access: a service acts with its caller's rights, and a policy can tell
(`aws:ViaAWSService`). Nothing travels over a network here, which conditions on that take for safe.
"""

from vedette.api.s3.access import about_principal, decide
from vedette.errors import Missing
from vedette.identity.principal import Principal
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.values import Bucket


class Reach:
    """Keeps the promise of `identity.access`. On a foreign S3 whoever owns a bucket may do everything."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def may_read(self, caller: Principal, bucket: str, key: str, version: str = "") -> bool:
        """Say whether the caller may read an object; of one that is not there, whether it would."""
        return self._may(caller, "s3:GetObjectVersion" if version else "s3:GetObject", bucket, key, version)

    def may_write(self, caller: Principal, bucket: str, key: str) -> bool:
        """Say whether the caller may put an object there."""
        return self._may(caller, "s3:PutObject", bucket, key)

    def _may(self, caller: Principal, action: str, bucket: str, key: str, version: str = "") -> bool:
        try:
            if not isinstance(self._blobs, FolderBlobs):
                return self._blobs.owner(bucket) == caller.account
            found = self._blobs.buckets.find(bucket)
        except Missing:
            return False
        return self._decide(self._blobs, caller, action, found, key, version)

    def _decide(
        self, blobs: FolderBlobs, caller: Principal, action: str, bucket: Bucket, key: str, version: str
    ) -> bool:
        blob = None if action == "s3:PutObject" else blobs.objects.find(bucket.name, key, version)
        if blob is not None and blob.marker:
            blob = None
        context = about_principal(caller) | {"aws:securetransport": "true", "aws:viaawsservice": "true"}
        if blob is not None:
            context |= {f"s3:existingobjecttag/{name.lower()}": it for name, it in blob.about.tags.items()}
        if version:
            context["s3:versionid"] = version
        return decide(caller, action, bucket, context, key=key, blob=blob)
