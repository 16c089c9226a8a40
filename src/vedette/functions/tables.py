"""Where functions lie. Times are milliseconds since 1970; what is sealed, only this installation can open."""

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

functions = Table(
    "functions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    # Another one with each change of code or settings: processes of an older one are let go.
    Column("revision", String(36), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    # Who may have it called: a policy document, empty while there is none.
    Column("policy", Text, nullable=False),
    # JSON: handler, role, limits, variables and what else a request says; sealed for the variables' sake.
    Column("settings", LargeBinary, nullable=False),
    Column("code", LargeBinary, nullable=False),
    # For how many days its log is kept; 0 where no day ends it.
    Column("log_days", Integer, nullable=False, server_default="0"),
    UniqueConstraint("account", "region", "name"),
    sqlite_autoincrement=True,
)

function_events = Table(
    "function_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("function", ForeignKey("functions.id", name="fk_function_events_function"), nullable=False),
    # The invocation's id: the same event comes once, however often it is told.
    Column("request", String(36), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    # When it is to be tried; of one that was given up, when that was.
    Column("due_ms", BigInteger, nullable=False),
    # waiting, or dead.
    Column("state", String(8), nullable=False),
    # What the last try answered.
    Column("answer", Text, nullable=False),
    # How often which functions were called on the way to this event: JSON, empty where none was.
    Column("chain", Text, nullable=False, server_default=""),
    # Of one that was given up: why, as its clients name it.
    Column("condition", String(64), nullable=False, server_default=""),
    # The bucket that is yet to be told that it was given up, and when that is tried next; 0 for never.
    Column("owed", Text, nullable=False, server_default=""),
    Column("owed_ms", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("function", "request"),
    Index("ix_function_events_state", "state", "due_ms"),
    Index("ix_function_events_owed_ms", "owed_ms"),
    sqlite_autoincrement=True,
)

function_logs = Table(
    "function_logs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("function", ForeignKey("functions.id", name="fk_function_logs_function"), nullable=False),
    Column("request", String(36), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    # Which process printed it; empty for what the server says of a call.
    Column("stream", String(64), nullable=False, server_default=""),
    # Bytes of the text: to measure them would read all of it.
    Column("size", Integer, nullable=False, server_default="0"),
    Index("ix_function_logs_function", "function", "id"),
    Index("ix_function_logs_size", "function", "at_ms", "size"),
    sqlite_autoincrement=True,
)

function_rules = Table(
    "function_rules",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("is_on", Boolean, nullable=False),
    # The next tick; of a rule that is off, or whose schedule is over, none.
    Column("due_ms", BigInteger),
    UniqueConstraint("account", "region", "name"),
    Index("ix_function_rules_due_ms", "due_ms"),
    sqlite_autoincrement=True,
)

function_targets = Table(
    "function_targets",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("rule", ForeignKey("function_rules.id", name="fk_function_targets_rule"), nullable=False),
    # What who made the rule calls this target.
    Column("name", String(64), nullable=False),
    # The function's ARN: it may be deleted and made again.
    Column("arn", Text, nullable=False),
    # What it is told in place of the event; empty where it is told the event.
    Column("input", Text, nullable=False),
    # A tick that is told later than this is none.
    Column("oldest_s", Integer, nullable=False),
    UniqueConstraint("rule", "name"),
    sqlite_autoincrement=True,
)
