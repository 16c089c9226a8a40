"""Where projects, tags and client tokens are kept. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from vedette.store.db import METADATA

projects = Table(
    "projects",
    METADATA,
    # Counts up and is never used twice: the order of creation, and the place in a listing.
    Column("id", Integer, primary_key=True),
    Column("service", String(32), nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("feature", String(32), nullable=False),
    Column("auto_update", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    UniqueConstraint("service", "account", "region", "name"),
    sqlite_autoincrement=True,
)

tags = Table(
    "tags",
    METADATA,
    Column("arn", String(2048), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", String(256), nullable=False),
)

client_tokens = Table(
    "client_tokens",
    METADATA,
    Column("service", String(32), primary_key=True),
    Column("account", String(12), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    # What the first call gave, as JSON.
    Column("answer", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("ix_client_tokens_created_ms", "created_ms"),
)
