"""Where things are kept: rows in a database, bytes in buckets."""
