"""Where metrics of customers' own, dashboards and alarms lie. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from vedette.store.db import METADATA

own_metrics = Table(
    "own_metrics",
    METADATA,
    # The meter has its figures under this number (metrics.py).
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("namespace", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    # JSON, a list of pairs in the order of their names.
    Column("dimensions", Text, nullable=False),
    Column("unit", String(32), nullable=False),
    # SHA-256 of all that: thirty dimensions are longer than an index takes.
    Column("digest", String(64), nullable=False),
    Column("put_ms", BigInteger, nullable=False),
    UniqueConstraint("account", "region", "digest"),
    sqlite_autoincrement=True,
)

dashboards = Table(
    "dashboards",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("body", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

alarms = Table(
    "alarms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    # What it watches, as JSON (alarm.py).
    Column("rule", Text, nullable=False),
    Column("has_actions", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("state", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_data", Text, nullable=False),
    Column("state_ms", BigInteger, nullable=False),
    Column("moved_ms", BigInteger, nullable=False),
    UniqueConstraint("account", "region", "name"),
    sqlite_autoincrement=True,
)

alarm_history = Table(
    "alarm_history",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    # It stays when its alarm is deleted.
    Column("name", String(255), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("summary", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("ix_alarm_history_account", "account", "region", "name", "id"),
    Index("ix_alarm_history_at_ms", "at_ms"),
    sqlite_autoincrement=True,
)
