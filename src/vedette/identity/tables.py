"""Where accounts, users, roles and keys are kept. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, LargeBinary, String, Table, Text

from vedette.store.db import METADATA

accounts = Table(
    "accounts",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

users = Table(
    "users",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

# A key without a user is the account's root key.
keys = Table(
    "access_keys",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
)

roles = Table(
    "roles",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("role_id", String(32), nullable=False, unique=True),
    # The accounts that may assume it, between spaces.
    Column("trusted", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)
