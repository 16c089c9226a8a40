"""Where feedback loops lie. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from vedette.store.db import METADATA

loops = Table(
    "loops",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # The version that is to be improved; it may be deleted, its name stays.
    Column("version", Integer, nullable=False),
    Column("version_name", Text, nullable=False),
    # JSON; `caller` as `dump_principal` writes it: who asked for the step that is next.
    Column("wish", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("step", String(12), nullable=False),
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    # Whether a job has it in hand: written in the transaction that adds the job, and in the one that ends it.
    Column("is_in_hand", Boolean, nullable=False),
    # JSON: what its steps noted.
    Column("facts", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("ix_loops_project", "project"),
    Index("ix_loops_status", "status"),
)
