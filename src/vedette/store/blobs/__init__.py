"""Buckets and the objects in them: folders by default, any S3 by configuration.

    port.py      the interface for rooms and workers
    folder.py    files that a person can find, and an index beside them
    foreign.py   the same interface on a foreign S3

Knows no HTTP of its own and no dialect: api/s3 speaks S3 to clients.
"""
