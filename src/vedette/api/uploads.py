"""The bucket of an account's uploads at the console: its name, and its first making."""

import hashlib
import hmac

from vedette.api.house import House
from vedette.errors import Denied, Missing
from vedette.identity.may import require
from vedette.identity.principal import Principal


def upload_bucket(house: House, account: str, region: str) -> str:
    """Return the bucket's name; no other account can know it beforehand."""
    text = f"console bucket:{account}:{region}"
    digest = hmac.new(house.page_key, text.encode(), hashlib.sha256).hexdigest()
    return f"vedette-console-{region}-{digest[:10]}"


def ensure_upload_bucket(house: House, caller: Principal, region: str) -> str:
    """Return the bucket, made now where it is not there and the caller may make it."""
    bucket = upload_bucket(house, caller.account, region)
    if not house.blobs.has_bucket(bucket):
        require(caller, "s3:CreateBucket", f"arn:aws:s3:::{bucket}")
        house.blobs.make_bucket(bucket, account=caller.account, region=region)
    return bucket


def put_upload(house: House, caller: Principal, bucket: str, key: str, data: bytes, content_type: str) -> str:
    """Store an object with the caller's rights, and return its address."""
    if not house.access.may_write(caller, bucket, key):
        raise Denied(f"User: {caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}")
    try:
        house.blobs.put(bucket, key, data, content_type=content_type)
    except Missing:
        raise Missing(f"The bucket {bucket} was deleted.", kind="bucket", name=bucket) from None
    return f"s3://{bucket}/{key}"
