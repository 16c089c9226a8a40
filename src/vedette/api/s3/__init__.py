"""The S3 dialect over the house's buckets; door.py is the way in, routes.py lists what is built."""
