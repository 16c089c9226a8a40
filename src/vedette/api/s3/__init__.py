"""The S3 dialect over the house's buckets; door.py is the way in, routes.py lists what is supported."""

from vedette.api.s3.door import BucketDoor

DOOR = BucketDoor()

__all__ = ["DOOR"]
