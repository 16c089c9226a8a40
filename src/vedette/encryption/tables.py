"""The tables of encryption keys. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from vedette.store.db import METADATA

# The masters that have wrapped keys here: each with a probe that only it opens.
masters = Table(
    "encryption_masters",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("probe", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

encryption_keys = Table(
    "encryption_keys",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    # The service whose own key it is ("s3"); empty for a customer's.
    Column("service", String(32), nullable=False),
    Column("description", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("policy", Text, nullable=False),
    # A JSON object.
    Column("tags", Text, nullable=False),
    # The version that encrypts.
    Column("version", Integer, nullable=False),
    # 0 where it does not rotate by itself.
    Column("rotation_days", Integer, nullable=False),
    Column("rotates_ms", BigInteger, nullable=True),
    Column("window_days", Integer, nullable=True),
    Column("ends_ms", BigInteger, nullable=True),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    # Numbers are not given out again: a page of a list goes on behind one.
    sqlite_autoincrement=True,
)

key_versions = Table(
    "encryption_key_versions",
    METADATA,
    Column("key", String(36), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master", String(64), nullable=False),
    Column("on_demand", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["key"], ["encryption_keys.id"], ondelete="CASCADE"),
)

key_aliases = Table(
    "encryption_aliases",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("name", String(256), primary_key=True),
    Column("key", String(36), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["key"], ["encryption_keys.id"], ondelete="CASCADE"),
)

key_grants = Table(
    "encryption_grants",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", String(36), nullable=False),
    Column("name", String(256), nullable=False),
    Column("grantee", String(256), nullable=False),
    # What the ARN stood for when the grant was made: who gets its name later does not get its rights.
    Column("grantee_id", String(64), nullable=False),
    Column("retiring", String(256), nullable=False),
    Column("retiring_id", String(64), nullable=False),
    Column("issuer", String(12), nullable=False),
    # JSON: a list of operations, and the constraints on the encryption context.
    Column("operations", Text, nullable=False),
    Column("constraints", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["key"], ["encryption_keys.id"], ondelete="CASCADE"),
    sqlite_autoincrement=True,
)
