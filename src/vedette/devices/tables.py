"""Where devices lie. Times are milliseconds since 1970."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from vedette.store.db import METADATA

devices = Table(
    "devices",
    METADATA,
    # Counts up and is never reused: the order of creation, and the place in a listing.
    Column("number", Integer, primary_key=True),
    # What the device calls itself with; random, so that nobody finds one by trying.
    Column("id", String(32), nullable=False, unique=True),
    Column("account", String(12), ForeignKey("accounts.id"), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("description", Text, nullable=False),
    # SHA-256 of the token's secret and of the device's own, in hexadecimal; empty until there is one.
    Column("token_hash", String(64), nullable=False),
    Column("token_expires_ms", BigInteger, nullable=False),
    Column("token_used_ms", BigInteger, nullable=True),
    Column("secret_hash", String(64), nullable=False),
    # The models that it is to have, as JSON, and the signed order that says so.
    Column("wishes", Text, nullable=False),
    Column("order_number", BigInteger, nullable=False),
    Column("order_text", Text, nullable=False),
    Column("order_signature", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=True),
    Column("address", String(200), nullable=False),
    # The last runs of its agent, as JSON, and when two of them asked by turns.
    Column("instances", Text, nullable=False),
    Column("second_ms", BigInteger, nullable=True),
    # What it said last of itself, as JSON.
    Column("report", Text, nullable=False),
    UniqueConstraint("account", "region", "name"),
    sqlite_autoincrement=True,
)
