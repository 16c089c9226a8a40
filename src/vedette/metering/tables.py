"""The table of figures. They stay when their resource is deleted."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table

from vedette.store.db import METADATA


def _figures(name: str) -> Table:
    """Return a table of figures, a row a time of so many minutes since 1970."""
    return Table(
        name,
        METADATA,
        Column("arn", String(1024), primary_key=True),
        # Minutes since 1970, of an hour its first.
        Column("minute", BigInteger, primary_key=True),
        Column("figure", String(32), primary_key=True),
        # Enough for CloudWatch's statistics: Sum, SampleCount, Average, Minimum and Maximum.
        Column("total", Float, nullable=False),
        # One datum of a client's may count a hundred billion; SQLite's integers are as wide.
        Column("samples", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
        Column("least", Float, nullable=False),
        Column("most", Float, nullable=False),
        # How often which values came (sketch.py); none where all are the same, or nobody knows.
        Column("sketch", LargeBinary),
        Index(f"ix_{name}_minute", "minute"),
    )


minutes = _figures("minutes")
# The same by the hour, so that months are read in a moment.
hours = _figures("hours")

# Hours of a week in one row a figure, so that a year of many models is read in a moment (weeks.py).
packed_weeks = Table(
    "packed_weeks",
    METADATA,
    Column("arn", String(1024), primary_key=True),
    Column("figure", String(32), primary_key=True),
    # Minutes since 1970, a multiple of a week's.
    Column("begin", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    # How often which values came in each hour that has a sketch.
    Column("sketches", LargeBinary),
    # Whether its days are packed as it is now: who changes a week makes its row anew, and without this.
    Column("has_days", Integer, nullable=False, server_default="0"),
    Index("ix_packed_weeks_begin", "begin"),
    Index("ix_packed_weeks_days", "has_days", "arn", "figure", "begin"),
)

# The same of a week that is not packed yet, up to the end of a day (recent.py).
packed_recent = Table(
    "packed_recent",
    METADATA,
    Column("arn", String(1024), primary_key=True),
    Column("figure", String(32), primary_key=True),
    Column("begin", BigInteger, primary_key=True),
    # The minute before which it has every hour of its week.
    Column("until", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sketches", LargeBinary),
    Index("ix_packed_recent_until", "until"),
)

# The days of such a week, from one hour of the day on (days.py).
packed_days = Table(
    "packed_days",
    METADATA,
    Column("arn", String(1024), primary_key=True),
    Column("figure", String(32), primary_key=True),
    # The hour that they begin at, 0 to 23.
    Column("phase", Integer, primary_key=True, autoincrement=False),
    # The week's.
    Column("begin", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("sketches", LargeBinary),
    Index("ix_packed_days_begin", "begin"),
)

unit_spans = Table(
    "unit_spans",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("arn", String(1024), nullable=False),
    Column("units", Integer, nullable=False),
    # Milliseconds since 1970; the end grows while the span lasts.
    Column("began_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Index("ix_unit_spans_arn", "arn", "began_ms"),
)
