"""Storage: rows in a database, bytes in buckets."""
