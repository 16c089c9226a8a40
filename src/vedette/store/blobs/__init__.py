"""Buckets and the objects in them: folders by default, any S3 by configuration.

    port.py      what rooms and workers may ask of either
    folder.py    files that a person can find, and an index beside them
    foreign.py   the same promises on somebody else's S3

Knows no HTTP of its own and no dialect: api/s3 speaks S3 to clients.
"""
