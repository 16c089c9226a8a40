"""Where stacks lie. Times are milliseconds since 1970; what is sealed, only this installation can open."""

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
    UniqueConstraint,
)

from vedette.store.db import METADATA

stacks = Table(
    "stacks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    # The name again, until the stack is deleted: of those that live, each has its own.
    Column("live_name", String(128)),
    Column("uuid", String(36), nullable=False),
    Column("status", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("deleted_ms", BigInteger, nullable=False),
    Column("is_protected", Boolean, nullable=False),
    Column("rolls_back", Boolean, nullable=False),
    Column("on_failure", String(16), nullable=False),
    Column("policy", Text, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("token", String(128), nullable=False),
    Column("drift", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    UniqueConstraint("account", "region", "live_name"),
    Index("ix_stacks_account", "account", "region", "id"),
    sqlite_autoincrement=True,
)

stack_resources = Table(
    "stack_resources",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("stack", ForeignKey("stacks.id", name="fk_stack_resources_stack"), nullable=False),
    Column("logical", String(255), nullable=False),
    Column("type", String(255), nullable=False),
    Column("physical", Text, nullable=False),
    Column("status", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("is_fresh", Boolean, nullable=False),
    Column("is_there", Boolean, nullable=False),
    Column("drift", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Index("ix_stack_resources_stack", "stack", "id"),
    sqlite_autoincrement=True,
)

stack_events = Table(
    "stack_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("stack", ForeignKey("stacks.id", name="fk_stack_events_stack"), nullable=False),
    Column("uuid", String(36), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("logical", String(255), nullable=False),
    Column("physical", Text, nullable=False),
    Column("type", String(255), nullable=False),
    Column("status", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    # JSON, without what nobody is to see.
    Column("properties", Text, nullable=False),
    Column("token", String(128), nullable=False),
    Index("ix_stack_events_stack", "stack", "id"),
    sqlite_autoincrement=True,
)

stack_exports = Table(
    "stack_exports",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("value", Text, nullable=False),
    Column("stack", ForeignKey("stacks.id", name="fk_stack_exports_stack"), nullable=False),
)

stack_imports = Table(
    "stack_imports",
    METADATA,
    Column("stack", ForeignKey("stacks.id", name="fk_stack_imports_stack"), primary_key=True),
    Column("name", String(255), primary_key=True),
)

change_sets = Table(
    "change_sets",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("stack", ForeignKey("stacks.id", name="fk_change_sets_stack"), nullable=False),
    Column("uuid", String(36), nullable=False),
    Column("name", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("execution", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("description", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("source", LargeBinary, nullable=False),
    UniqueConstraint("stack", "name"),
    sqlite_autoincrement=True,
)
