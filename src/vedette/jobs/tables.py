"""Where jobs are kept until they end, and the count of time that passed. Times are ms since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from vedette.store.db import METADATA

jobs = Table(
    "jobs",
    METADATA,
    # Counts up, so that it is also the order in which jobs were added.
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    # What the job is about, as its room spells it: a room finds its job by it.
    Column("subject", String(255), nullable=False),
    # Accounts take turns.
    Column("account", String(12), nullable=False),
    Column("order", Text, nullable=False),
    Column("body", LargeBinary, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    # The server that has it, and until when; nobody where it is empty.
    Column("owner", String(32), nullable=False),
    Column("lease_ms", BigInteger, nullable=False),
    # What its run last reported, as JSON.
    Column("progress", Text, nullable=False),
    UniqueConstraint("kind", "subject"),
    Index("ix_jobs_owner", "owner"),
    sqlite_autoincrement=True,
)

# Marks of counted time, the oldest first in both columns (`passed.py`).
passed_time = Table(
    "passed_time",
    METADATA,
    Column("id", Integer, primary_key=True),
    # What the clock showed.
    Column("wall_ms", BigInteger, nullable=False),
    # How much had been counted by then.
    Column("passed_ms", BigInteger, nullable=False),
)

# The servers that share this database, each a row that it alone writes while it lives (`members.py`).
servers = Table(
    "servers",
    METADATA,
    # The owner of its jobs.
    Column("id", String(32), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("address", String(255), nullable=False),
    # Which data folder it holds: all servers share one.
    Column("folder", String(64), nullable=False),
    # The release of its program, and the last change of the database that it knows.
    Column("release", String(32), nullable=False),
    Column("change", String(16), nullable=False),
    # By the database's clock: when it began, and when it was last heard of.
    Column("began_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    # By how much its own clock is ahead of the database's.
    Column("ahead_ms", BigInteger, nullable=False),
    # How many units it holds of which versions, as JSON.
    Column("units", Text, nullable=False),
    # The ways by which people sign in at it, as JSON; none is known of one of an earlier release.
    Column("sign_in", Text, nullable=True),
)

# The nodes that people empty, which take nothing new (`drains.py`).
drained_nodes = Table(
    "drained_nodes",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    # The ARN of who asked for it.
    Column("by", String(2048), nullable=False),
)
