"""Where exports lie, and the entries that they hold until they end. Times are milliseconds since 1970."""

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

exports = Table(
    "export_records",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # JSON; `caller` as `dump_principal` writes it.
    Column("wish", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("is_frozen", Boolean, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_export_records_project", "project"),
)

# The entries of one moment, 1,024 lines a row, compressed: whichever server goes on has the same.
export_blocks = Table(
    "export_blocks",
    METADATA,
    Column("export_id", String(32), ForeignKey("export_records.id", ondelete="CASCADE"), primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
