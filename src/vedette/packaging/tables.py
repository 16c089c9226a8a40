"""Where packaging jobs lie. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from vedette.store.db import METADATA

packaging_jobs = Table(
    "packaging_jobs",
    METADATA,
    # Counts up and is never reused: the order of creation, and the place in a listing.
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    # A version may be deleted; what was packaged of it stays, and so do its name and ARN.
    Column("version", Integer, nullable=False),
    Column("version_name", Text, nullable=False),
    Column("model_arn", Text, nullable=False),
    # A component of this name and version there is once in an account's region, failed orders aside.
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("component", String(128), nullable=False),
    Column("component_version", String(64), nullable=False),
    # JSON; `caller` as `dump_principal` writes it.
    Column("wish", Text, nullable=False),
    Column("caller", Text, nullable=False),
    # created, running, succeeded or failed
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    # The keys that it wrote, by what they are, as JSON; and in which precision the model is.
    Column("files", Text, nullable=False),
    Column("precision", String(12), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("project", "name"),
    Index("ix_packaging_jobs_component", "account", "region", "component", "component_version"),
    Index("ix_packaging_jobs_status", "status"),
    sqlite_autoincrement=True,
)
