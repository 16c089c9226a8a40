"""The table of deliveries. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from vedette.store.db import METADATA

deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", String(36), primary_key=True),
    # As the operator's file names the topic.
    Column("topic", String(300), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # `waiting` until it was heard (`sent`) or a day has passed (`given up`).
    Column("state", String(16), nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    # Why the last try came to nothing.
    Column("problem", Text, nullable=False),
    Index("ix_deliveries_state_due_ms", "state", "due_ms"),
)
