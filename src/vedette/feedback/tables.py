"""Where plans of sampling lie, what was kept by them, and what drift was seen. Times are milliseconds."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from vedette.store.db import METADATA

feedback_plans = Table(
    "feedback_plans",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # The collection that what is kept is listed in, and verified.
    Column("trial", String(32), nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("share", Float, nullable=False),
    Column("most_per_day", Integer, nullable=False),
    Column("doubtful_first", Boolean, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("address", Text, nullable=False),
    # With whose rights pictures are written.
    Column("caller", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    # A mark of time at the last sweep, as JSON; and why sweeps are paused, where they are.
    Column("swept", Text, nullable=False),
    Column("pause", Text, nullable=False),
)

feedback_samples = Table(
    "feedback_samples",
    METADATA,
    Column("trial", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    # A hash of the picture's bytes: what is asked for again is not kept again.
    Column("exact", String(32), nullable=False),
    ForeignKeyConstraint(
        ["trial", "number"],
        ["trial_pictures.trial", "trial_pictures.number"],
        ondelete="CASCADE",
        name="fk_feedback_samples_trial_number",
    ),
)

feedback_drift = Table(
    "feedback_drift",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # none, running, ready or failed.
    Column("status", String(12), nullable=False),
    Column("message", Text, nullable=False),
    # JSON, compressed: the training's pictures as numbers, and the last ones of production.
    Column("reference", LargeBinary, nullable=True),
    Column("recent", LargeBinary, nullable=True),
    # Different pictures that were counted, and looks that were made: the test spends by them.
    Column("count", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    # JSON, and since when the oldest of it stands.
    Column("findings", Text, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
)
