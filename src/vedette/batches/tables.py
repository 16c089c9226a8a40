"""Where batches lie, and which pictures their parts are of. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from vedette.store.db import METADATA

batches = Table(
    "batches",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # A version may be deleted; what it answered lies in the bucket, and its name stays.
    Column("version", Integer, nullable=False),
    Column("version_name", Text, nullable=False),
    # JSON: what tells the model from others; null where an older server began the batch.
    Column("model", Text, nullable=True),
    # JSON; `caller` as `dump_principal` writes it: with whose rights pictures are read and results written.
    Column("wish", Text, nullable=False),
    Column("caller", Text, nullable=False),
    # Where the results go, which no two batches share while they run.
    Column("address", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    Column("total", Integer, nullable=False),
    # How many objects the results are.
    Column("parts", Integer, nullable=False),
    # JSON, as tallies.py writes it.
    Column("tally", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_batches_project", "project"),
)

batch_parts = Table(
    "batch_parts",
    METADATA,
    Column("batch", String(32), ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # The keys of its pictures, as a JSON list that is compressed.
    Column("keys", LargeBinary, nullable=False),
    Column("is_done", Boolean, nullable=False),
)
